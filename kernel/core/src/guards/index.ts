export { guard, shapeFault, tagged } from './guard.ts';
export { guardRules } from './rules.ts';
