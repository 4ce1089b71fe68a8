import { systemClock } from '@forge/core';
import { EventLog, genesisHash } from '@forge/engine';
import type { EventTransport, RunStore } from '@forge/plugin-api';
import storePlugin from '@forge/store-sqlite';
import { createPluginContext } from '@forge/testkit/fakes';
import { temporaryFolder } from './places.ts';

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const bus: EventTransport = { name: 'none', publish: async () => {}, subscribe: () => () => {} };

export interface StoredLogs {
  readonly store: RunStore;
  /** The log of a new run, which this process owns. */
  open(runId: string): Promise<EventLog>;
}

/** Logs of runs in one new store, as the embedded one keeps them. */
export async function storedLogs(): Promise<StoredLogs> {
  const { stores = [] } = await storePlugin.setup(createPluginContext({ stateDirectory: temporaryFolder() }));
  const [store] = stores;
  if (store === undefined) throw new Error('the plugin gives no store');
  const owner = { id: 'bench', host: 'bench', pid: process.pid };
  let id = 0;
  const world = {
    clock: systemClock,
    newId: () => String((id += 1)),
    mask: (text: string) => text,
    log: silent,
    crashPoint() {},
  };
  return {
    store,
    async open(runId) {
      await store.createRun({ id: runId, task: 'bench', repository: '/', branch: runId, createdAt: 1 });
      const lease = await store.acquireLease(runId, { owner, ttlMs: 1e9, now: 1 });
      return new EventLog({ store, bus, ...world }, () => lease, { seq: 0, hash: genesisHash(runId) });
    },
  };
}
