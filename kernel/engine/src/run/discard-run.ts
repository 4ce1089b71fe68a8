import type { RunRecord, RunStore } from '@forge/plugin-api';
import { EventLog } from '../log/event-log.ts';
import { keepLease } from '../log/lease-keeper.ts';
import { genesisHash } from '../log/verify-events.ts';
import type { RunDeps } from '../run-deps.ts';
import type { Ground } from './ground.ts';
import { runDirectory } from './run-directory.ts';

/** Ends a run for good. Rejects with LEASE_HELD while a living process owns it. Its events stay. */
export async function discardRun(
  deps: RunDeps,
  ground: Ground,
  store: RunStore,
  record: RunRecord,
  by: string,
): Promise<RunRecord> {
  const keeper = await keepLease({ ...deps, store }, record.id, () => undefined);
  try {
    const events = new EventLog({ ...deps, store, bus: await deps.bus() }, keeper.current, {
      seq: record.lastSeq,
      hash: record.lastSeq === 0 ? genesisHash(record.id) : record.lastHash,
    });
    await events.emit('run.discarded', { by }, {}, { status: 'discarded', reason: `discarded by ${by}` });
    await ground.reapMarked((marker) => marker.startsWith(`${record.id}/`));
    await ground.removeRunDirectory(runDirectory(deps, record.id));
  } finally {
    await keeper.release();
  }
  return (await store.getRun(record.id)) ?? record;
}
