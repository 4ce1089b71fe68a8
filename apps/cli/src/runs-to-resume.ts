import type { RunRecord } from '@forge/plugin-api';
import { abandonedRuns } from './abandoned-runs.ts';
import type { StoredRuns } from './stored-runs.ts';
import type { World } from './world.ts';

/**
 * Runs that can go on without anybody saying so, oldest first: those whose process ended in the middle, those whose time
 * to go on has come, and those whose request was decided. A run that was stopped or failed waits for a person's word.
 */
export async function runsToResume(
  store: Pick<StoredRuns, 'listRuns' | 'readLease' | 'readEvents' | 'getRequest'>,
  world: Pick<World, 'clock' | 'hostName' | 'processExists'>,
): Promise<readonly RunRecord[]> {
  const parked = await store.listRuns({ status: ['parked'], limit: 10_000 });
  const ready = await Promise.all(parked.map((run) => isReady(store, run, world.clock.now())));
  return [...(await abandonedRuns(store, world)), ...parked.filter((_, index) => ready[index])].sort((one, other) =>
    one.id < other.id ? -1 : 1,
  );
}

async function isReady(
  store: Pick<StoredRuns, 'readEvents' | 'getRequest'>,
  { id, lastSeq, wakeAt }: RunRecord,
  now: number,
): Promise<boolean> {
  if (wakeAt !== undefined && wakeAt <= now) return true;
  const last = (await store.readEvents(id, { after: lastSeq - 1 })).at(-1);
  const requestId = last?.type === 'run.parked' ? last.payload.requestId : undefined;
  return requestId !== undefined && (await store.getRequest(requestId))?.decision !== undefined;
}
