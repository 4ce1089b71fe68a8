export * from './scripted-context.ts';
