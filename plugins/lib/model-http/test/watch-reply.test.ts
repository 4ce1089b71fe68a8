import { getEventListeners } from 'node:events';
import { type Clock, isForgeError } from '@forge/plugin-api';
import { expect, test } from 'vitest';
import { type Fetch, type WatchedCall, watchReply } from '../src/index.ts';

/** Time moves only when a test says so. */
function handClock() {
  let time = 0;
  const sleepers = new Set<{ at: number; wake: () => void }>();
  const clock: Clock = {
    now: () => time,
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        const sleeper = { at: time + milliseconds, wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', () => {
          sleepers.delete(sleeper);
          reject(signal.reason as Error);
        });
      }),
  };
  const pass = async (milliseconds: number): Promise<void> => {
    time += milliseconds;
    for (const sleeper of sleepers) if (sleeper.at <= time && sleepers.delete(sleeper)) sleeper.wake();
    await settle();
  };
  return { clock, pass, sleepers };
}

/** Lets all that can happen without time happen. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

function setUp(limits: Partial<{ firstByteMs: number; stallMs: number; maxReplyBytes: number }> = {}) {
  const hand = handClock();
  const abort = new AbortController();
  let source!: ReadableStreamDefaultController<Uint8Array>;
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      source = controller;
    },
    cancel: () => {
      cancelled = true;
    },
  });
  const answered = Promise.withResolvers<Response>();
  const fetch: Fetch = (_, init) => {
    init?.signal?.addEventListener('abort', () => answered.reject(init.signal?.reason));
    return answered.promise;
  };
  const run = (attempt: (call: WatchedCall) => Promise<unknown>) =>
    watchReply(
      {
        provider: 'some',
        fetch,
        clock: hand.clock,
        signal: abort.signal,
        limits: { firstByteMs: 100, stallMs: 10, maxReplyBytes: 1000, ...limits },
      },
      attempt,
      (error, started) => ({ explained: error, started }),
    ).then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
  /** Reads the whole body as an SDK would, over the watched fetch. */
  const readAll = async (call: WatchedCall) => {
    const response = await call.fetch('http://host', { signal: call.signal });
    return response.text();
  };
  const write = (text: string) => source.enqueue(new TextEncoder().encode(text));
  return { ...hand, abort, run, readAll, write, body, answered, source: () => source, wasCancelled: () => cancelled };
}

const codeOf = (outcome: unknown): string | undefined => {
  const { error } = outcome as { error?: unknown };
  return isForgeError(error) ? error.code : undefined;
};

test('a whole reply passes, and no timer or listener stays', async () => {
  const { run, readAll, answered, body, write, source, sleepers, pass, abort } = setUp();
  const outcome = run(readAll);
  for (let tens = 0; tens < 9; tens++) await pass(10);
  answered.resolve(new Response(body, { status: 201, headers: { 'x-a': 'b' } }));
  await settle();
  for (const piece of ['one ', 'two ', 'three']) {
    write(piece);
    await settle();
    await pass(9);
  }
  source().close();
  expect(await outcome).toEqual({ value: 'one two three' });
  expect(sleepers.size).toBe(0);
  expect(getEventListeners(abort.signal, 'abort')).toEqual([]);
});

test('no answer in time', async () => {
  const { run, readAll, pass, sleepers } = setUp();
  const outcome = run(readAll);
  await settle();
  for (let tens = 0; tens < 10; tens++) await pass(10);
  expect(codeOf(await outcome)).toBe('LLM_TIMEOUT');
  expect(sleepers.size).toBe(0);
});

test('an answer that stalls', async () => {
  const { run, readAll, pass, answered, body, write } = setUp();
  const outcome = run(readAll);
  answered.resolve(new Response(body));
  await settle();
  write('one');
  await settle();
  await pass(9);
  write('two');
  await settle();
  await pass(9);
  await pass(1);
  const failed = (await outcome) as { error: Error };
  expect(codeOf(failed)).toBe('LLM_TIMEOUT');
  expect(failed.error).toMatchObject({ message: 'some: the reply stalled for 0.01 s', details: { transient: true } });
});

test('an answer that is too large', async () => {
  const { run, readAll, answered, body, write } = setUp({ maxReplyBytes: 5 });
  const outcome = run(readAll);
  answered.resolve(new Response(body));
  write('123456');
  expect(codeOf(await outcome)).toBe('LLM_BAD_REPLY');
});

test('the caller aborts: its reason, whatever the attempt makes of it', async () => {
  const attempts: ((call: WatchedCall) => Promise<unknown>)[] = [
    () => new Promise(() => {}),
    (call) => new Promise((resolve) => void call.signal.addEventListener('abort', () => resolve('half a reply'))),
    (call) =>
      new Promise(
        (_, reject) => void call.signal.addEventListener('abort', () => reject(new Error('SDK says aborted'))),
      ),
  ];
  for (const attempt of attempts) {
    const { run, abort, sleepers } = setUp();
    const outcome = run(attempt);
    const reason = new Error('stopped');
    abort.abort(reason);
    expect(await outcome).toEqual({ error: reason });
    expect(sleepers.size).toBe(0);
  }
});

test('aborted before it began: nothing is attempted', async () => {
  const { run, abort } = setUp();
  abort.abort(new Error('stopped'));
  let attempted = false;
  const outcome = await run(async () => {
    attempted = true;
  });
  expect(outcome).toMatchObject({ error: { message: 'stopped' } });
  expect(attempted).toBe(false);
});

test('other faults are explained, with whether anything had arrived, and the connection is closed', async () => {
  const { run, answered, body } = setUp();
  let signal: AbortSignal | undefined;
  const fault = new Error('bad');
  const outcome = run(async (call) => {
    signal = call.signal;
    await call.fetch('http://host');
    throw fault;
  });
  answered.resolve(new Response(body));
  expect(await outcome).toEqual({ error: { explained: fault, started: true } });
  expect(signal?.aborted).toBe(true);
});

test('an answer without a body is passed on', async () => {
  const { run, answered } = setUp();
  answered.resolve(new Response(null, { status: 204 }));
  expect(await run(async (call) => (await call.fetch('http://host')).status)).toEqual({ value: 204 });
});
