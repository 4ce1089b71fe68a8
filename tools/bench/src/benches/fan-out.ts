import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Forge } from '@forge/core';
import { systemClock } from '@forge/core';
import type { ForgeEvent, RunStore } from '@forge/plugin-api';
import { createForgeClient } from '@forge/sdk';
import { percentile, type Bench } from '../bench.ts';
import { startQuietServer } from '../subjects/quiet-server.ts';

const readerProgram = fileURLToPath(new URL('../subjects/sse-readers.ts', import.meta.url));
const runId = '01KBENCH000000000000000000';
const words = 'x'.repeat(200);

/** Events of one run to many readers over SSE: how many deliveries a second, and how soon one reader has one. */
export const fanOut: Bench = async ({ short }) => {
  const [readers, events, single] = short ? [50, 100, 50] : [1_000, 1_000, 500];
  const crowd = await crowded(readers, events);
  const latencies = await alone(single);
  const size = `${readers} readers × ${events} events of ${JSON.stringify(eventOf(1)).length} bytes`;
  return [
    { what: 'Deliveries of events a second', value: crowd.perSecond, unit: 'per s', atLeast: 400_000, detail: size },
    { what: 'Readers that missed an event', value: crowd.lossy, unit: 'readers', limit: 0, detail: `of ${readers}` },
    ...[50, 95].map((percent) => ({
      what: `Event to reader p${percent}`,
      value: percentile(latencies, percent),
      unit: 'ms' as const,
      detail: 'from the bus to a client of the sdk, one event at a time',
    })),
  ];
};

function eventOf(seq: number, at = 0): ForgeEvent {
  const payload = { decision: words };
  const event = { id: `e${seq}`, traceId: runId, seq, timestamp: at, type: 'agent.note', source: 'bench', payload };
  return event as unknown as ForgeEvent;
}

/** A run that has events and nothing else, in a repository that has nothing but this run. */
function run() {
  const stored: ForgeEvent[] = [];
  let status = 'running';
  let tell = (_event: ForgeEvent): void => {};
  const owner = { id: 'o', host: 'h', pid: 1 };
  const store = {
    getRun: async () => ({ id: runId, status, lastSeq: stored.length }),
    readLease: async () => ({ runId, owner, fence: 1, expiresAt: Number.MAX_SAFE_INTEGER }),
    readEvents: async (_: string, { after = 0, limit = 1e9 } = {}) => stored.slice(after, after + limit),
  } as unknown as RunStore;
  const bus = {
    subscribe: (_: string, handler: typeof tell) => {
      tell = handler;
      return () => {};
    },
  };
  const open = async () =>
    ({
      store: async () => store,
      bus: async () => bus,
      webhooks: { start: async () => {} },
      close: async () => {},
    }) as unknown as Forge;
  const emit = (event: ForgeEvent): void => {
    stored.push(event);
    tell(event);
  };
  return {
    open,
    emit,
    end() {
      status = 'completed';
      emit({ ...eventOf(stored.length + 1), type: 'run.completed' } as unknown as ForgeEvent);
    },
  };
}

async function crowded(
  readers: number,
  events: number,
): Promise<{ readonly perSecond: number; readonly lossy: number }> {
  const made = run();
  const server = await startQuietServer(made.open);
  const url = `${server.url}/api/runs/${runId}/events/stream`;
  const child = spawn(
    process.execPath,
    [readerProgram, '--url', url, '--token', server.token, '--readers', String(readers), '--events', String(events)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await lines.next();
  const startedAt = Number(process.hrtime.bigint()) / 1e6;
  for (let seq = 1; seq < events; seq += 1) {
    made.emit(eventOf(seq));
    // As events come: some at once, then the next ones.
    if (seq % 10 === 0) await systemClock.sleep(0);
  }
  made.end();
  const { value } = await lines.next();
  const { deliveries, lossy, endedAt } = JSON.parse(String(value)) as Record<
    'deliveries' | 'lossy' | 'endedAt',
    number
  >;
  await server.close();
  return { perSecond: deliveries / ((endedAt - startedAt) / 1000), lossy };
}

async function alone(events: number): Promise<readonly number[]> {
  const made = run();
  const server = await startQuietServer(made.open);
  const client = createForgeClient({ url: server.url, token: server.token });
  const latencies: number[] = [];
  let next = Promise.withResolvers<void>();
  made.emit(eventOf(1));
  const following = client.runs.follow(runId, {
    onEvent({ seq, timestamp }) {
      if (seq > 1 && timestamp > 0) latencies.push(performance.now() - timestamp);
      next.resolve();
    },
  });
  for (let seq = 2; seq < events; seq += 1) {
    await next.promise;
    next = Promise.withResolvers();
    await systemClock.sleep(10);
    made.emit(eventOf(seq, performance.now()));
  }
  await next.promise;
  made.end();
  await following;
  await server.close();
  return latencies;
}
