import { fork } from 'node:child_process';
import { on, once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { CrowdAnswer, CrowdMessage } from './support/crowd-server.ts';

vi.setConfig({ testTimeout: 300_000 });

const fast = 250;
const stuck = 50;
const eventBytes = 60_000;
/** What a system keeps for a connection that nobody reads is less. */
const mostEvents = 1_000;

async function startCrowdServer() {
  const child = fork(join(import.meta.dirname, 'support/crowd-server.ts'), {
    execArgv: ['--conditions=@forge/source', '--expose-gc'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const answers = on(child, 'message');
  const answer = async () => ((await answers.next()).value as [CrowdAnswer])[0];
  const first = await answer();
  return {
    ...first,
    tell(message: CrowdMessage) {
      child.send(message);
      return answer();
    },
    async dropped(): Promise<number> {
      const headers = { authorization: `Bearer ${first.token}` };
      const text = await (await fetch(`${first.url}/metrics`, { headers })).text();
      return Number(/^forge_event_readers_dropped_total (\d+)$/m.exec(text)?.[1]);
    },
  };
}
type CrowdServer = Awaited<ReturnType<typeof startCrowdServer>>;

/** One connection after the other, each behind the last event of the one before. */
class Reader {
  readonly seqs: number[] = [];
  ended = false;
  #response: IncomingMessage | undefined;
  readonly #server: CrowdServer;
  readonly #onSeq: () => void;

  constructor(server: CrowdServer, onSeq: () => void) {
    this.#server = server;
    this.#onSeq = onSeq;
  }

  async open(): Promise<void> {
    const { url, token, runId } = this.#server;
    const headers = { authorization: `Bearer ${token}`, 'last-event-id': String(this.seqs.at(-1) ?? 0) };
    const request = get(`${url}/api/runs/${runId}/events/stream`, { headers, agent: false });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    this.#response = response.setEncoding('latin1');
    response.on('error', () => {});
    let rest = '';
    response.on('data', (text: string) => {
      const messages = (rest + text).split('\n\n');
      rest = messages.pop() ?? '';
      for (const message of messages) this.#take(message);
    });
  }

  #take(message: string): void {
    const [, seq] = /^id: (\d+)\n/.exec(message) ?? [];
    if (seq !== undefined) this.seqs.push(Number(seq));
    if (message.startsWith('event: end')) this.ended = true;
    this.#onSeq();
  }

  stopReading(): void {
    this.#response?.pause();
  }

  /** What still came before it was cut off, and its end. */
  async readToTheEnd(): Promise<void> {
    const response = this.#response;
    if (response === undefined || response.closed) return;
    const closed = new Promise<void>((resolve) => response.once('close', resolve));
    response.resume();
    await closed;
  }
}

test('50 of 300 readers stop reading: the others get each event at once, and they get all when they come back', async () => {
  const server = await startCrowdServer();
  let waiting = { seq: 0, done: () => {} };
  const readers = Array.from({ length: fast + stuck }, () => new Reader(server, () => waiting.done()));
  const quick = readers.slice(0, fast);
  const slow = readers.slice(fast);
  /** Resolves when every one of the quick readers has that event. */
  const allHave = (seq: number) =>
    new Promise<void>((resolve) => {
      waiting = { seq, done: () => quick.every(({ seqs }) => (seqs.at(-1) ?? 0) >= seq) && resolve() };
      waiting.done();
    });

  await Promise.all(readers.map((reader) => reader.open()));
  const { events: first } = await server.tell({ emit: 10 });
  await allHave(first);
  for (const reader of slow) reader.stopReading();
  const before = (await server.tell('look')).held;

  let last = first;
  while ((await server.dropped()) < stuck) {
    expect(last).toBeLessThan(mostEvents);
    last = (await server.tell({ emit: eventBytes })).events;
    // No quick reader waits for a slow one, or this never comes.
    await allHave(last);
  }
  // What was kept for the slow ones is gone with them.
  const { held } = await server.tell('look');
  expect(held - before).toBeLessThan(stuck * 64 * 1024);
  expect(last * eventBytes).toBeGreaterThan(held - before);

  await Promise.all(slow.map((reader) => reader.readToTheEnd()));
  for (const { seqs } of slow) expect(seqs.length).toBeLessThan(last);
  await Promise.all(slow.map((reader) => reader.open()));
  last = (await server.tell('end')).events;
  await vi.waitFor(() => expect(readers.filter(({ ended }) => ended)).toHaveLength(fast + stuck), { timeout: 120_000 });
  const expected = Array.from({ length: last }, (_, index) => index + 1);
  for (const { seqs } of readers) expect(seqs).toEqual(expected);
});
