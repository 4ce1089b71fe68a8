import type { Run } from '../run/run.ts';

/**
 * How often a fault goes back to the implementer: as configured, and each time that this was used up and the run was
 * resumed as often again, but at least once. `whose` is a phase, as `phase <name>`, or the id of a task.
 */
export function roundsFor({ state }: Pick<Run, 'state'>, configured: number, whose: string): number {
  return configured + (state.usedUp[whose] ?? 0) * Math.max(1, configured);
}
