import { type Clock, type Decision, type HumanRequest, isForgeError, type RunStore } from '@forge/plugin-api';

interface SupersedeDeps {
  readonly store: RunStore;
  readonly clock: Clock;
}

/**
 * Closes the open approvals of a run whose place `request` takes, so that nobody says yes to what is no more. Gives each
 * with its end. What somebody decided meanwhile stays decided; it is about something else, and is not looked for.
 */
export async function supersede(
  { store, clock }: SupersedeDeps,
  request: HumanRequest,
): Promise<readonly (readonly [id: string, decision: Decision])[]> {
  const { runId, phase, executionId, kind } = request;
  if (kind !== 'approval' || executionId !== undefined) return [];
  const open = await store.listRequests({ runId, open: true });
  const closed: [string, Decision][] = [];
  for (const other of open) {
    if (other.kind !== kind || other.executionId !== undefined || other.phase !== phase || other.id === request.id)
      continue;
    const decision: Decision = {
      supersededBy: request.id,
      reason: 'what is asked has changed',
      by: 'kernel',
      channel: 'kernel',
      at: clock.now(),
    };
    try {
      await store.decideRequest(other.id, decision);
      closed.push([other.id, decision]);
    } catch (error) {
      if (!isForgeError(error, 'REQUEST_DECIDED')) throw error;
    }
  }
  return closed;
}
