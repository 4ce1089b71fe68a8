import {
  badSse,
  contextOverflow,
  cutAt,
  callTool,
  countEvents,
  errorEvent,
  fault,
  forbidden,
  hugeReply,
  invalidRequest,
  noBytes,
  noSuchModel,
  overloaded,
  rateLimited,
  type Reply,
  reset,
  say,
  silent,
  spendLimit,
  stall,
  together,
  unauthorized,
  unusedUrl,
} from '@forge/testkit/model-server';
import { type ErrorCode, type ForgeError, isForgeError } from '@forge/plugin-api';
import { afterEach, describe, expect, test } from 'vitest';
import { aCall, connect, hello, type SetUp, setUp } from './set-up.ts';

/** Milliseconds in which the test's limits strike. */
const limits = { firstByteMs: 150, stallMs: 150, maxReplyBytes: 2_000_000 };

let open: SetUp | undefined;
afterEach(() => open?.server.close());

const failure = (promise: Promise<unknown>): Promise<ForgeError> =>
  promise.then(
    (value) => expect.fail(`expected a failure, got ${JSON.stringify(value)}`),
    (error: unknown) => (isForgeError(error) ? error : expect.fail(`not typed: ${String(error)}`)),
  );

type Row = readonly [name: string, reply: () => Reply, code: ErrorCode, transient: boolean, retryAfterMs?: number];

const soon = () => new Date(Math.ceil(Date.now() / 1000) * 1000 + 60_000).toUTCString();

const rows: readonly Row[] = [
  ['429 with seconds', () => rateLimited({ 'retry-after': '7' }), 'LLM_RATE_LIMITED', true, 7000],
  ['429 with milliseconds', () => rateLimited({ 'retry-after-ms': '1500' }), 'LLM_RATE_LIMITED', true, 1500],
  ['429 with a date', () => rateLimited({ 'retry-after': soon() }), 'LLM_RATE_LIMITED', true, -1],
  ['429 with nothing', () => rateLimited(), 'LLM_RATE_LIMITED', true],
  ['429 of a spend limit', () => spendLimit(), 'LLM_SPEND_LIMIT', false],
  ['529', () => fault({ status: 529 }), 'LLM_OVERLOADED', true],
  ['503', () => overloaded(), 'LLM_OVERLOADED', true],
  ['500', () => fault({ status: 500 }), 'LLM_UNAVAILABLE', true],
  ['502 with a page', () => fault({ status: 502, body: '<html>Bad gateway</html>' }), 'LLM_UNAVAILABLE', true],
  ['504', () => fault({ status: 504 }), 'LLM_UNAVAILABLE', true],
  ['reset', () => reset(), 'LLM_UNAVAILABLE', true],
  ['reset in the middle', () => reset(say('Hello'), { after: 2 }), 'LLM_CUT', true],
  ['no bytes', () => noBytes(), 'LLM_UNAVAILABLE', true],
  ['silence', () => silent(), 'LLM_TIMEOUT', true],
  ['a stalled stream', () => stall(say('Hello'), { after: 2 }), 'LLM_TIMEOUT', true],
  ['an error event after 200', () => errorEvent({ after: 3 }), 'LLM_OVERLOADED', true],
  ['an error event of another kind', () => errorEvent({ type: 'server_error', message: 'x' }), 'LLM_UNAVAILABLE', true],
  ['an error event that says nothing', () => errorEvent({ type: 'odd', message: 'x' }), 'LLM_BAD_REPLY', true],
  ['bad SSE JSON', () => badSse(say('Hello'), { after: 3 }), 'LLM_BAD_REPLY', true],
  ['no stream at all', () => fault({ status: 200, body: '<html>Welcome</html>' }), 'LLM_CUT', true],
  ['a stream that ends early as if it were whole', () => cutAt(3, say('Hello'), { clean: true }), 'LLM_CUT', true],
  ['context overflow', () => contextOverflow(), 'LLM_CONTEXT_OVERFLOW', false],
  ['401', () => unauthorized(), 'LLM_CREDENTIALS', false],
  ['403', () => forbidden(), 'LLM_CREDENTIALS', false],
  ['404 model', () => noSuchModel(), 'LLM_MODEL_NOT_FOUND', false],
  ['another 400', () => invalidRequest(), 'LLM_BAD_REQUEST', false],
  ['a huge reply', () => hugeReply(1024 ** 3), 'LLM_BAD_REPLY', false],
];

describe('each model fault ends in the right typed outcome, after one attempt', () => {
  for (const [name, reply, code, transient, retryAfterMs] of rows) {
    test(name, async () => {
      open = await setUp([reply()], limits);
      const error = await failure(open.provider.chat(hello, aCall()));
      expect({ code: error.code, transient: error.details.transient ?? false }).toEqual({ code, transient });
      if (retryAfterMs === -1) expect(error.details.retryAfterMs).toBeGreaterThan(50_000);
      else expect(error.details.retryAfterMs).toBe(retryAfterMs);
      expect(open.server.requests).toHaveLength(1);
      await open.server.requests[0]?.done;
    });
  }

  test('refused', async () => {
    const error = await failure(connect({ baseUrl: `${await unusedUrl()}/v1` }).chat(hello, aCall()));
    expect(error).toMatchObject({ code: 'LLM_UNAVAILABLE', details: { transient: true, why: /^ECONNREFUSED/ } });
  });

  test('a stream cut at each event leaves nothing', async () => {
    const reply = together(say('I look.'), callTool('read', { path: 'a' }));
    open = await setUp();
    for (let at = 0; at < countEvents('openai', reply); at++) {
      open.server.play([cutAt(at, reply)]);
      const error = await failure(open.provider.chat(hello, aCall()));
      expect([at, error.code, error.details.transient]).toEqual([at, 'LLM_CUT', true]);
    }
  });
});

describe('the next attempt is the kernel’s', () => {
  test('a fault, and then the reply', async () => {
    open = await setUp([overloaded({ 'x-should-retry': 'true' }), say('now')]);
    await failure(open.provider.chat(hello, aCall()));
    const { content } = await open.provider.chat(hello, aCall());
    expect(content).toEqual([{ type: 'text', text: 'now' }]);
    expect(open.server.requests).toHaveLength(2);
  });
});
