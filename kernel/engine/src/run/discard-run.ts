import { forgeError, type RunRecord, type RunStore } from '@forge/plugin-api';
import { EventLog } from '../log/event-log.ts';
import { keepLease } from '../log/lease-keeper.ts';
import { genesisHash } from '../log/verify-events.ts';
import type { RunDeps } from '../run-deps.ts';
import type { Ground } from './ground.ts';
import { knownRun } from './known-run.ts';
import { runDirectory } from './run-directory.ts';

/** Ends a run for good. Rejects with LEASE_HELD while a living process owns it. Its events stay. */
export async function discardRun(
  deps: RunDeps,
  ground: Ground,
  store: RunStore,
  runId: string,
  by: string,
): Promise<RunRecord> {
  const keeper = await keepLease({ ...deps, store }, runId, () => undefined);
  try {
    // Looked at once it is ours: until then its owner may have written, or brought it to its end.
    const record = await knownRun(store, runId);
    if (record.status === 'completed') {
      throw forgeError('USAGE', `Run ${runId} is completed; there is nothing to discard`, {
        fix: `git branch -D ${record.branch} removes what it delivered`,
      });
    }
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
  return knownRun(store, runId);
}
