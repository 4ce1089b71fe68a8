import type { EventLog } from '@forge/engine';
import { percentile, type Bench, type Row } from '../bench.ts';
import { storedLogs } from '../stored-logs.ts';

/** Durable events: `emit` until it resolves, one after the other and from many executions at once. */
export const events: Bench = async ({ short }) => {
  const rows: Row[] = [];
  for (const emitters of [1, 64]) rows.push(...(await measure(emitters, short ? 640 : 12_800)));
  return rows;
};

async function measure(emitters: number, total: number): Promise<readonly Row[]> {
  const { store, open } = await storedLogs();
  const log = await open('bench');
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
