import type { RunStore } from '@forge/plugin-api';
import type { SimProcess } from './sim-process.ts';

/** The store, watched from outside: whose lease lasts, and who lives, keeps the run. `found` is told of who does not. */
export function watchOwners(
  store: RunStore,
  processes: ReadonlyMap<string, SimProcess>,
  found: (fault: string) => void,
): RunStore {
  return {
    ...store,
    async acquireLease(runId, request) {
      const held = await store.readLease(runId);
      const lease = await store.acquireLease(runId, request);
      if (held !== undefined && held.expiresAt > request.now && processes.get(held.owner.id)?.isAlive === true)
        found(`one owner: ${request.owner.id} was given the run of ${held.owner.id}`);
      return lease;
    },
  };
}
