import { EventLog, genesisHash } from '@forge/engine';
import type { EventTransport, Lease } from '@forge/plugin-api';
import storePlugin from '@forge/store-sqlite';
import { createPluginContext } from '@forge/testkit/fakes';
import { percentile, type Bench, type Row } from '../bench.ts';
import { temporaryFolder } from '../places.ts';

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const bus: EventTransport = { name: 'none', publish: async () => {}, subscribe: () => () => {} };

/** Durable events: `emit` until it resolves, one after the other and from many executions at once. */
export const events: Bench = async ({ short }) => {
  const rows: Row[] = [];
  for (const emitters of [1, 64]) rows.push(...(await measure(emitters, short ? 640 : 12_800)));
  return rows;
};

async function measure(emitters: number, total: number): Promise<readonly Row[]> {
  const stateDirectory = temporaryFolder();
  const { stores = [] } = await storePlugin.setup(createPluginContext({ stateDirectory }));
  const [store] = stores;
  if (store === undefined) throw new Error('the plugin gives no store');
  const runId = 'bench';
  await store.createRun({ id: runId, task: 'bench', repository: '/', branch: 'bench', createdAt: 1 });
  const lease: Lease = await store.acquireLease(runId, {
    owner: { id: 'bench', host: 'bench', pid: process.pid },
    ttlMs: 1e9,
    now: 1,
  });
  let id = 0;
  const log = new EventLog(
    {
      store,
      bus,
      clock: { now: () => Date.now() },
      newId: () => String((id += 1)),
      mask: (text) => text,
      log: silent,
      crashPoint() {},
    },
    () => lease,
    { seq: 0, hash: genesisHash(runId) },
  );
  const latencies: number[] = [];
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: emitters }, () => emitMany(log, total / emitters, latencies)));
  const seconds = (performance.now() - startedAt) / 1000;
  await store.close?.();
  const what = `${emitters} ${emitters === 1 ? 'emitter' : 'emitters'}`;
  return [
    {
      what: `Durable events a second, ${what}`,
      value: total / seconds,
      unit: 'per s',
      detail: `${total} events of about 500 bytes`,
    },
    ...[50, 95, 99].map(
      (percent): Row => ({
        what: `\`emit\` p${percent}, ${what}`,
        value: percentile(latencies, percent),
        unit: 'ms',
        ...(percent === 95 ? { limit: 5 } : {}),
        detail: 'until the event is durable',
      }),
    ),
  ];
}

async function emitMany(log: EventLog, count: number, latencies: number[]): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const startedAt = performance.now();
    await log.emit('agent.note', { decision: 'x'.repeat(120) }, { source: 'bench', executionId: 'bench/1' });
    latencies.push(performance.now() - startedAt);
  }
}
