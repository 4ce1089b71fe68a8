export * from './describe-findings.ts';
export * from './describe-instructions.ts';
export * from './describe-plan.ts';
export * from './describe-project.ts';
export * from './describe-requirement.ts';
export * from './markdown.ts';
export * from './opening.ts';
