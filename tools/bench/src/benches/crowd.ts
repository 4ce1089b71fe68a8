import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { EventLog } from '@forge/engine';
import { percentile, type Bench, type Row } from '../bench.ts';
import { storedLogs } from '../stored-logs.ts';

/** As the output of a command is long. */
const words = 'x'.repeat(400);

/** Many runs in one process and one store, each making one step after the other: an intent, then its result. */
export const crowd: Bench = async ({ short }) => {
  const [runs, steps] = short ? [20, 10] : [100, 50];
  const { store, open } = await storedLogs();
  const logs = await Promise.all(Array.from({ length: runs }, (_, index) => open(`bench-${index}`)));
  const latencies: number[] = [];
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const startedAt = performance.now();
  await Promise.all(logs.map((log) => makeSteps(log, steps, latencies)));
  const seconds = (performance.now() - startedAt) / 1000;
  delay.disable();
  const residentMb = process.memoryUsage().rss / 2 ** 20;
  await store.close?.();
  const detail = `${runs} runs × ${steps} steps of two events in one process`;
  const rows: readonly Row[] = [
    { what: `Steps a second, ${runs} runs at once`, value: (runs * steps) / seconds, unit: 'per s', detail },
    { what: `Append p99, ${runs} runs at once`, value: percentile(latencies, 99), unit: 'ms', detail },
    { what: `Event-loop delay p99, ${runs} runs at once`, value: delay.percentile(99) / 1e6, unit: 'ms', detail },
    { what: `Memory of ${runs} runs at once`, value: residentMb, unit: 'MB', detail: 'of the benchmark itself' },
  ];
  return rows;
};

async function makeSteps(log: EventLog, steps: number, latencies: number[]): Promise<void> {
  const meta = { source: 'bench', phase: 'implementation', executionId: 'implementation/bench/1' };
  const timed = async (act: () => Promise<unknown>) => {
    const startedAt = performance.now();
    await act();
    latencies.push(performance.now() - startedAt);
  };
  for (let ordinal = 1; ordinal <= steps; ordinal += 1) {
    const key = `bench/${ordinal}`;
    const call = { ordinal, tool: 'shell', input: {}, inputHash: key, effect: 'workspace', idempotencyKey: key };
    await timed(() => log.emit('tool.intent', { ...call, description: 'npm test' }, meta));
    await timed(() => log.emit('tool.result', { ordinal, tool: 'shell', ok: true, text: words }, meta));
  }
}
