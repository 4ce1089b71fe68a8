import { availableParallelism } from 'node:os';

/**
 * Tasks at once where nobody says how many: twice the processors, because agents mostly wait for models, but neither
 * so few that nothing runs beside a long task nor so many that tests of several tasks starve each other.
 */
export function tasksAtOnce(processors = availableParallelism()): number {
  return Math.min(Math.max(2 * processors, 2), 8);
}
