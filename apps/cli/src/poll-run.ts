import {
  errorTable,
  exitCodes,
  type ErrorCode,
  type EventPayload,
  type ForgeEvent,
  type RunRecord,
} from '@forge/plugin-api';
import { isOwned } from './abandoned-runs.ts';
import type { RunView } from './render/run-view.ts';
import type { StoredRuns } from './stored-runs.ts';
import type { World } from './world.ts';

const pollMs = 200;

/** How following a run from outside came to its end. */
export interface PollEnd {
  readonly record: RunRecord;
  /** The process that worked on it is gone, or the person stopped looking. */
  readonly reason: 'ended' | 'abandoned' | 'left';
}

/**
 * Hands over a run's events as another process stores them, until the run is no longer running there.
 *
 * @param onInterrupt what Ctrl-C does; without it, looking ends
 */
export async function pollRun(
  store: StoredRuns,
  runId: string,
  world: World,
  onEvent: (event: ForgeEvent) => void,
  onInterrupt?: () => void,
): Promise<PollEnd> {
  let after = 0;
  let left = false;
  const stopInterrupts = world.onInterrupt(
    onInterrupt ??
      (() => {
        left = true;
      }),
  );
  try {
    for (;;) {
      const record = await store.getRun(runId);
      if (record === undefined) throw new Error(`run ${runId} is gone`);
      const owned = record.status !== 'running' || (await isOwned(store, runId, world));
      // Read after the head, so that the last events are among them when the head says that it has ended.
      const events = await store.readEvents(runId, { after });
      for (const event of events) onEvent(event);
      after = events.at(-1)?.seq ?? after;
      if (record.status !== 'running') return { record, reason: 'ended' };
      if (!owned) return { record, reason: 'abandoned' };
      if (left) return { record, reason: 'left' };
      await world.clock.sleep(pollMs);
    }
  } finally {
    stopInterrupts();
  }
}

/** The error that parks a run for each reason. */
export const parkedCodes = {
  approval: 'WAITING_FOR_PERSON',
  question: 'WAITING_FOR_PERSON',
  'outcome-unknown': 'OUTCOME_UNKNOWN',
  quota: 'WAITING_FOR_QUOTA',
  budget: 'BREAKER_COST',
  stopped: 'STOPPED',
  'disk-full': 'DISK_FULL',
  'recovery-limit': 'RECOVERY_LIMIT',
} as const satisfies Record<EventPayload<'run.parked'>['reason'], ErrorCode>;

/** The exit code that a run's state stands for, as the process that worked on it gave it. */
export function exitCodeOfView(view: RunView): number {
  if (view.parked !== undefined) return exitCodes[errorTable[parkedCodes[view.parked.reason]]];
  if (view.status === 'failed') {
    const code = view.failure?.code ?? '';
    return Object.hasOwn(errorTable, code) ? exitCodes[errorTable[code as ErrorCode]] : exitCodes.failed;
  }
  return exitCodes.done;
}
