import { connect, type Socket } from 'node:net';
import { systemClock } from '@forge/core';
import { describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { createRunFeed } from '../src/streams/run-feed.ts';
import type { Subscriber } from '../src/streams/run-feed.ts';
import { memoryRun } from './support/memory-run.ts';
import { startWorld, type ServerWorld } from './support/real-server.ts';

vi.setConfig({ testTimeout: 120_000 });

async function finishedRun(world: ServerWorld): Promise<string> {
  const { id } = await world.client.runs.start({ task: 'Write a greeting', planOnly: true });
  await world.client.runs.follow(id, { onEvent: () => {} });
  return id;
}

test('server-sent events go on behind Last-Event-ID, whatever was asked for in the address', async () => {
  const world = await startWorld();
  const id = await finishedRun(world);
  const all = await world.client.runs.allEvents(id);
  for (const [headers, query, from] of [
    [{}, '', 0],
    [{}, '?after=3', 3],
    [{ 'last-event-id': '5' }, '?after=3', 5],
    [{ 'last-event-id': String(all.length) }, '', all.length],
  ] as const) {
    const response = await world.ask(`/api/runs/${id}/events/stream${query}`, { headers });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const messages = (await response.text()).trim().split('\n\n');
    expect(messages.at(-1)).toBe('event: end\ndata: {"status":"completed"}');
    const ids = messages.slice(0, -1).map((message) => Number(/^id: (\d+)$/m.exec(message)?.[1]));
    expect(ids).toEqual(all.slice(from).map(({ seq }) => seq));
  }
  expect((await world.ask('/api/runs/nothing/events/stream')).status).toBe(404);
  expect((await world.ask(`/api/runs/${id}/events/stream`, { method: 'HEAD' })).status).toBe(404);
});

test('a WebSocket gives the same, also with the token as a subprotocol', async () => {
  const world = await startWorld();
  const id = await finishedRun(world);
  const all = await world.client.runs.allEvents(id);
  const url = `${world.server.url.replace('http', 'ws')}/api/runs/${id}/events/socket`;
  const read = (socket: WebSocket) =>
    new Promise<unknown[]>((resolve, reject) => {
      const messages: unknown[] = [];
      socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString())));
      socket.on('close', () => resolve(messages));
      socket.on('error', reject);
    });
  const authorization = `Bearer ${world.server.token}`;
  const whole = await read(new WebSocket(url, { headers: { authorization } }));
  expect(whole).toEqual([...all, { type: 'end', status: 'completed' }]);
  const socket = new WebSocket(`${url}?after=4`, ['forge.events', `forge.token.${world.server.token}`]);
  expect(await read(socket)).toEqual([...all.slice(4), { type: 'end', status: 'completed' }]);
  expect(socket.protocol).toBe('forge.events');
  await expect(read(new WebSocket(url))).rejects.toThrow('401');
  expect((await world.ask(`/api/runs/${id}/events/socket`)).status).toBe(400);
});

test('300 readers, some of them slow, some that come and go: all get everything, and hurt nobody', async () => {
  const run = memoryRun();
  const world = await startWorld({ openRepository: run.open, mostWaiting: 64 * 1024 });
  // The last one says that the run is completed.
  const total = 601;
  const seen = Array.from({ length: 300 }, () => [] as number[]);
  const followed = seen.map((own, index) =>
    index % 10 === 0
      ? // Cut off once and again, it goes on behind what it has.
        readRaw(world, run.id, total, own, index % 20 === 0)
      : world.client.runs.follow(run.id, { onEvent: ({ seq }) => void own.push(seq) }),
  );
  await vi.waitFor(async () => expect(await followers(world)).toBe(300), { timeout: 20_000 });
  for (let seq = 1; seq < total; seq += 1) {
    run.emit('x'.repeat(2_000));
    if (seq % 20 === 0) await systemClock.sleep(1);
  }
  run.end();
  await Promise.all(followed);
  const expected = Array.from({ length: total }, (_, index) => index + 1);
  for (const own of seen) expect(own).toEqual(expected);
});

type Reader = { pause(): unknown; resume(): unknown; once(event: 'close', listener: () => void): unknown };
const kinds: Readonly<Record<string, (world: ServerWorld, id: string) => Reader>> = {
  'server-sent events': (world, id) => openRaw(world, id, 0),
  'a WebSocket': ({ server }, id) =>
    new WebSocket(`${server.url.replace('http', 'ws')}/api/runs/${id}/events/socket`, {
      headers: { authorization: `Bearer ${server.token}` },
    }).on('error', () => {}),
};

test.each(Object.entries(kinds))(
  'a reader of %s that takes nothing is cut off, while another one gets all',
  async (_, open) => {
    const run = memoryRun();
    const world = await startWorld({ openRepository: run.open, mostWaiting: 64 * 1024 });
    const stuck = open(world, run.id);
    const closed = new Promise<void>((resolve) => stuck.once('close', () => resolve()));
    const got: number[] = [];
    const other = world.client.runs.follow(run.id, { onEvent: ({ seq }) => void got.push(seq) });
    await vi.waitFor(async () => expect(await followers(world)).toBe(2), { timeout: 20_000 });
    stuck.pause();
    // More than the system keeps for a connection that nobody reads.
    for (let seq = 1; seq <= 40; seq += 1) {
      run.emit('x'.repeat(500_000));
      await vi.waitFor(() => expect(got).toHaveLength(seq));
    }
    await vi.waitFor(async () => expect(await metric(world, 'forge_event_readers_dropped_total')).toBe(1));
    stuck.resume();
    await closed;
    run.end();
    await other;
    expect(got).toHaveLength(41);
  },
);

describe('the feed of a run', () => {
  function collect(): Subscriber & {
    readonly seqs: number[];
    readonly ends: string[];
    readonly gone: AbortController;
  } {
    const gone = new AbortController();
    const seqs: number[] = [];
    const ends: string[] = [];
    return {
      seqs,
      ends,
      gone,
      closed: gone.signal,
      write: ({ frames }) => void seqs.push(...frames.map(({ seq }) => seq)),
      drained: async () => {},
      end: ({ status }) => void ends.push(status),
    };
  }
  const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

  test('gives what the bus has lost, or brought in another order', async () => {
    const run = memoryRun();
    const listeners = new Set<(event: never) => void>();
    const feed = createRunFeed(run.id, 0, {
      store: run.store,
      clock: systemClock,
      isPending: () => false,
      listen: (_, listener) => {
        listeners.add(listener as never);
        return () => void listeners.delete(listener as never);
      },
    });
    const subscriber = collect();
    const following = feed.follow(0, subscriber);
    const tell = (seq: number) => listeners.forEach((listener) => listener(run.events[seq - 1] as never));
    await vi.waitFor(() => expect(listeners.size).toBe(1));
    for (let seq = 1; seq <= 9; seq += 1) run.emit('');
    [2, 1, 1, 5, 3, 9].forEach(tell);
    await vi.waitFor(() => expect(subscriber.seqs).toEqual(upTo(9)));
    run.end();
    await following;
    expect(subscriber.seqs).toEqual(upTo(10));
    expect(subscriber.ends).toEqual(['completed']);
    expect(listeners.size).toBe(0);
  });

  test('says when nobody works on the run any more', async () => {
    const run = memoryRun();
    run.emit('');
    run.abandon();
    const feed = createRunFeed(run.id, 0, {
      store: run.store,
      clock: systemClock,
      isPending: () => false,
      listen: () => () => {},
    });
    const subscriber = collect();
    await feed.follow(0, subscriber);
    expect(subscriber.ends).toEqual(['abandoned']);
  });

  test('goes on for who comes when all others have left', async () => {
    const run = memoryRun();
    let heard = 0;
    const feed = createRunFeed(run.id, 0, {
      store: run.store,
      clock: systemClock,
      isPending: () => false,
      listen: () => {
        heard += 1;
        return () => {
          heard -= 1;
        };
      },
    });
    for (let round = 1; round <= 3; round += 1) {
      const subscriber = collect();
      const following = feed.follow(0, subscriber);
      run.emit('');
      await vi.waitFor(() => expect(subscriber.seqs).toEqual(upTo(round)));
      expect(heard).toBe(1);
      subscriber.gone.abort();
      await following;
      expect(heard).toBe(0);
    }
  });
});

async function metric(world: ServerWorld, name: string): Promise<number> {
  const text = await (await world.ask('/metrics')).text();
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]);
}

const followers = (world: ServerWorld) => metric(world, 'forge_event_readers');

function openRaw({ server }: ServerWorld, id: string, after: number): Socket {
  const { hostname, port } = new URL(server.url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on('error', () => {});
  socket.write(
    `GET /api/runs/${id}/events/stream HTTP/1.1\r\nHost: ${hostname}\r\nLast-Event-ID: ${after}\r\n` +
      `Authorization: Bearer ${server.token}\r\n\r\n`,
  );
  return socket;
}

/** Reads in little pieces, or hangs up every so often; in both cases comes back until it has all. */
async function readRaw(world: ServerWorld, id: string, total: number, seen: number[], hangsUp: boolean) {
  while ((seen.at(-1) ?? 0) < total) {
    const socket = openRaw(world, id, seen.at(-1) ?? 0);
    let text = '';
    let pieces = 0;
    for await (const chunk of socket.setEncoding('latin1')) {
      text += String(chunk);
      pieces += 1;
      for (let found = next(text); found !== undefined; found = next(text)) {
        text = found.rest;
        if (found.seq > (seen.at(-1) ?? 0)) seen.push(found.seq);
      }
      if ((seen.at(-1) ?? 0) >= total) break;
      if (hangsUp && pieces % 7 === 0) break;
      if (!hangsUp) await systemClock.sleep(2);
    }
    socket.destroy();
  }
}

/** A message that has come whole; what stands between them is the framing of HTTP. */
function next(text: string): { readonly seq: number; readonly rest: string } | undefined {
  const found = /id: (\d+)\ndata: \{[^\n]*\}\n\n/.exec(text);
  return found === null ? undefined : { seq: Number(found[1]), rest: text.slice(found.index + found[0].length) };
}
