export { guard, shapeFault } from './guard.ts';
export { guardRules } from './rules.ts';
