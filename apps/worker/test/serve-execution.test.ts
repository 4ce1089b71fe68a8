import type { AgentContext, ToolOutcome } from '@forge/plugin-api';
import { createVirtualClock } from '@forge/testkit';
import { createAgentContext } from '@forge/testkit/fakes';
import { describe, expect, it, vi } from 'vitest';
import { serveExecution } from '@forge/worker-protocol';
import { otherEnd } from './line-fixture.ts';

const job = { runId: 'run', executionId: 'planning/1', agent: 'a', input: null };
const place = { agent: 'a', plugin: 'p', folder: '/p', origin: 'default', options: {}, variables: {} } as const;

function served(options: { readonly context?: AgentContext; readonly token?: string } = {}) {
  const worker = otherEnd();
  const clock = createVirtualClock();
  const { context = createAgentContext(), ...rest } = options;
  const ended = serveExecution({ stream: worker.stream, job, place, context, clock, ...rest });
  const outcome = ended.then(
    (output) => ({ output }),
    (error: Error & { code?: string }) => ({ code: error.code, message: error.message }),
  );
  return { worker, clock, outcome };
}

const hello = (more: object = {}) => ({ id: 1, method: 'hello', params: { versions: [1], ...more } });
const answerTo = (id: number) => (said: { id?: number; method?: string }) =>
  said.id === id && said.method === undefined;

describe('an orchestrator', () => {
  it('gives a worker that says hello its job, and its output to the caller', async () => {
    const { worker, outcome } = served();
    worker.say(hello());
    expect((await worker.hears(answerTo(1))).result).toMatchObject({ version: 1, job, place, tools: [] });
    worker.say({ method: 'done', params: { output: { a: null } } });
    expect(await outcome).toEqual({ output: { a: null } });
  });

  it('speaks the best version that both know, and refuses a worker that knows none', async () => {
    const both = served();
    both.worker.say(hello({ versions: [9, 1] }));
    expect((await both.worker.hears(answerTo(1))).result).toMatchObject({ version: 1 });
    both.worker.close();

    const none = served();
    none.worker.say(hello({ versions: [9] }));
    expect((await none.worker.hears(answerTo(1))).error?.data?.code).toBe('UNSUPPORTED');
    expect(await none.outcome).toMatchObject({ code: 'UNSUPPORTED', message: expect.stringContaining('version 9') });
  });

  it.each([
    ['no token', {}],
    ['another token', { token: 'b'.repeat(6) }],
    ['a longer token', { token: 'secret-and-more' }],
  ])('refuses %s, and does nothing for it', async (_, given) => {
    const context = createAgentContext();
    const { worker, outcome } = served({ context, token: 'secret' });
    worker.say(hello(given));
    expect((await worker.hears(answerTo(1))).error?.data?.code).toBe('PERMISSION_MISSING');
    expect(await outcome).toMatchObject({ code: 'PERMISSION_MISSING' });
  });

  it('knows the token of its execution', async () => {
    const { worker, outcome } = served({ token: 'secret' });
    worker.say(hello({ token: 'secret' }));
    expect((await worker.hears(answerTo(1))).result).toMatchObject({ version: 1 });
    worker.say({ method: 'done', params: { output: 1 } });
    expect(await outcome).toEqual({ output: 1 });
  });

  it('does nothing for who has not said hello', async () => {
    const context = createAgentContext();
    const { worker } = served({ context });
    worker.say({ id: 1, method: 'tools.call', params: { name: 'shell', input: {} } });
    expect((await worker.hears(answerTo(1))).error?.data?.code).toBe('PERMISSION_MISSING');
    expect(context.calls).toEqual([]);
    worker.close();
  });

  it.each([
    ['not JSON', 'Segmentation fault\n'],
    ['not a message', '{"hello": 1}\n'],
    ['half a message at the end', '{"jsonrpc": "2.0", "method'],
    ['an answer that nobody waits for', '{"jsonrpc":"2.0","id":7,"result":1}\n'],
    ['a wrong notification', '{"jsonrpc":"2.0","method":"progress","params":{"message":1}}\n'],
  ])('gives a worker up that says what is %s', async (_, text) => {
    const { worker, outcome } = served();
    worker.say(hello());
    await worker.hears(answerTo(1));
    worker.write(text);
    if (!text.endsWith('\n')) worker.close();
    expect(await outcome).toMatchObject({ code: 'WORKER_LOST' });
  });

  it.each([
    ['an unknown call', 'fs.read', {}, 'UNSUPPORTED'],
    ['a call of Object', 'constructor', {}, 'UNSUPPORTED'],
    ['a call with something else', 'tools.call', { name: 3 }, 'INPUT_INVALID'],
  ])('answers %s with an error, and goes on', async (_, method, params, code) => {
    const { worker, outcome } = served();
    worker.say(hello());
    worker.say({ id: 2, method, params });
    expect((await worker.hears(answerTo(2))).error?.data?.code).toBe(code);
    worker.say({ method: 'done', params: { output: 1 } });
    expect(await outcome).toEqual({ output: 1 });
  });

  it('waits for the calls under way before it gives a worker up: what is being paid for is kept', async () => {
    const finish = Promise.withResolvers<ToolOutcome>();
    const { worker, outcome } = served({ context: createAgentContext({ callTool: () => finish.promise }) });
    let isOver = false;
    void outcome.then(() => (isOver = true));
    worker.say(hello());
    worker.say({ id: 2, method: 'tools.call', params: { name: 'shell', input: {} } });
    worker.say({ id: 3, method: 'bus.emit', params: { type: 'mine' } });
    await worker.hears(answerTo(3));
    worker.close();
    await vi.waitUntil(() => worker.stream.destroyed, { timeout: 60_000 });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isOver).toBe(false);
    finish.resolve({ ok: true, text: 'done' });
    expect(await outcome).toMatchObject({ code: 'WORKER_LOST' });
  });

  it('gives a silent worker up, and one with a pulse not', async () => {
    const { worker, clock, outcome } = served();
    worker.say(hello());
    await worker.hears(answerTo(1));
    for (let beat = 0; beat < 20; beat += 1) {
      const heard = worker.heard.length;
      worker.say({ method: 'heartbeat' });
      await clock.advance(5_000);
      await worker.hears(() => worker.heard.length > heard);
    }
    for (let beat = 0; beat < 7; beat += 1) await clock.advance(5_000);
    expect(await outcome).toMatchObject({ code: 'WORKER_LOST', message: expect.stringContaining('silent for 30 s') });
  });

  it('tells the worker why the execution is over', async () => {
    const abort = new AbortController();
    const { worker, outcome } = served({ context: createAgentContext({ signal: abort.signal }) });
    worker.say(hello());
    await worker.hears(answerTo(1));
    abort.abort(new Error('enough'));
    expect(await worker.hears(({ method }) => method === 'cancel')).toMatchObject({
      params: { fault: { message: 'enough' } },
    });
    worker.say({ method: 'done', params: { fault: { name: 'Error', message: 'enough' } } });
    expect(await outcome).toMatchObject({ message: 'enough' });
  });
});
