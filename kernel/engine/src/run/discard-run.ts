import type { RunRecord, RunStore } from '@forge/plugin-api';
import { EventLog } from '../log/event-log.ts';
import { keepLease } from '../log/lease-keeper.ts';
import { genesisHash } from '../log/verify-events.ts';
import { reapMarked } from '../process/index.ts';
import type { RunDeps } from '../run-deps.ts';
import { removeRunDirectory } from '../workspace/index.ts';
import { runDirectory } from './run-directory.ts';

/** Ends a run for good. Rejects with LEASE_HELD while a living process owns it. Its events stay. */
export async function discardRun(deps: RunDeps, store: RunStore, record: RunRecord, by: string): Promise<RunRecord> {
  const keeper = await keepLease({ ...deps, store }, record.id, () => undefined);
  try {
    const events = new EventLog({ ...deps, store, bus: await deps.bus() }, keeper.current, {
      seq: record.lastSeq,
      hash: record.lastSeq === 0 ? genesisHash(record.id) : record.lastHash,
    });
    await events.emit('run.discarded', { by }, {}, { status: 'discarded', reason: `discarded by ${by}` });
    await reapMarked((marker) => marker.startsWith(`${record.id}/`));
    await removeRunDirectory(runDirectory(deps, record.id));
  } finally {
    await keeper.release();
  }
  return (await store.getRun(record.id)) ?? record;
}
