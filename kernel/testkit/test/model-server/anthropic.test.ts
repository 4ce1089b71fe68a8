import Anthropic from '@anthropic-ai/sdk';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  answer,
  badToolJson,
  callTool,
  commonPrefix,
  cutAt,
  countEvents,
  contextOverflow,
  duplicateCallId,
  emptyReply,
  errorEvent,
  fault,
  forbidden,
  hugeReply,
  maxTokens,
  missingUsage,
  type ModelServer,
  badSse,
  noBytes,
  noSuchModel,
  overloaded,
  rateLimited,
  type Reply,
  refuse,
  reset,
  say,
  silent,
  spendLimit,
  stall,
  startModelServer,
  think,
  together,
  unauthorized,
  unusedUrl,
} from '../../src/model-server/index.ts';

let server: ModelServer;
let client: Anthropic;

beforeEach(async () => {
  server = await startModelServer();
  client = new Anthropic({ baseURL: server.url, apiKey: 'key', maxRetries: 0, logLevel: 'off' });
});
afterEach(() => server.close());

const hello = { model: 'm', max_tokens: 100, messages: [{ role: 'user' as const, content: 'Hello' }] };
const ask = (reply: Reply, options?: Anthropic.RequestOptions) => {
  server.play([reply]);
  return client.messages.create(hello, options);
};
const stream = (reply: Reply, options?: Anthropic.RequestOptions) => {
  server.play([reply]);
  return client.messages.stream(hello, options).finalMessage();
};
const failure = (promise: Promise<unknown>): Promise<Record<string, unknown> & Error> =>
  promise.then(
    (value) => expect.fail(`expected a failure, got ${JSON.stringify(value)}`),
    (error: unknown) => error as Record<string, unknown> & Error,
  );

describe('whole replies, streamed and not', () => {
  const two = together(say('I look.'), callTool('read', { path: 'a "quoted" ü' }), callTool('list', {}));
  const cases: readonly (readonly [string, Reply, unknown, string])[] = [
    ['text', say('Hi there'), [{ type: 'text', text: 'Hi there' }], 'end_turn'],
    ['structured output', answer({ a: [1] }), [{ type: 'text', text: '{"a":[1]}' }], 'end_turn'],
    ['a refusal', refuse(), [], 'refusal'],
    ['nothing', emptyReply(), [], 'end_turn'],
    ['the token limit', maxTokens(), [{ type: 'text', text: 'This text ends in the middle of a' }], 'max_tokens'],
    [
      'thinking and text',
      together(think('Well.', 'sig'), say('So.')),
      [
        { type: 'thinking', thinking: 'Well.', signature: 'sig' },
        { type: 'text', text: 'So.' },
      ],
      'end_turn',
    ],
    [
      'several calls',
      two,
      [
        { type: 'text', text: 'I look.' },
        { type: 'tool_use', id: expect.stringMatching(/^toolu_/), name: 'read', input: { path: 'a "quoted" ü' } },
        { type: 'tool_use', id: expect.stringMatching(/^toolu_/), name: 'list', input: {} },
      ],
      'tool_use',
    ],
  ];
  for (const [name, reply, content, stop] of cases) {
    test(name, async () => {
      for (const send of [ask, stream]) {
        const message = await send(reply);
        expect(message.content).toEqual(content);
        expect(message.stop_reason).toBe(stop);
        expect(message.usage).toMatchObject({ input_tokens: expect.any(Number), output_tokens: expect.any(Number) });
      }
      expect(server.complaints).toEqual([]);
    });
  }

  test('the forced tool takes an answer', async () => {
    server.play([answer({ ok: true })]);
    const tools = [{ name: 'reply', input_schema: { type: 'object' as const } }];
    const message = await client.messages.create({ ...hello, tools, tool_choice: { type: 'tool', name: 'reply' } });
    expect(message).toMatchObject({ stop_reason: 'tool_use', content: [{ name: 'reply', input: { ok: true } }] });
  });

  test('missing token counts, and two calls with one id', async () => {
    expect((await ask(missingUsage())).usage).toBeUndefined();
    const { content } = await ask(duplicateCallId());
    expect(content.map((block) => block.type === 'tool_use' && block.id)).toEqual(['call_same', 'call_same']);
  });
});

describe('HTTP faults', () => {
  const cases: readonly (readonly [string, Reply, object])[] = [
    ['429 with seconds', rateLimited({ 'retry-after': '7' }), { status: 429, type: 'rate_limit_error' }],
    ['429 of a spend limit', spendLimit(), { status: 429, errorCode: 'enforced_spend_limit_reached' }],
    ['529', overloaded(), { status: 529, type: 'overloaded_error' }],
    ['401', unauthorized(), { status: 401 }],
    ['403', forbidden(), { status: 403 }],
    ['404 model', noSuchModel(), { status: 404, type: 'not_found_error' }],
    ['context overflow', contextOverflow(), { status: 400, message: expect.stringContaining('too long') }],
    ['502 with HTML', fault({ status: 502, body: '<html>Bad gateway</html>' }), { status: 502 }],
  ];
  for (const [name, reply, expected] of cases) {
    test(name, async () => {
      expect(await failure(ask(reply))).toMatchObject(expected);
      expect(await failure(stream(reply))).toMatchObject(expected);
    });
  }

  test('headers of a fault arrive', async () => {
    const { headers } = await failure(ask(rateLimited({ 'retry-after-ms': '1500' })));
    expect((headers as Headers).get('retry-after-ms')).toBe('1500');
  });
});

describe('broken connections', () => {
  const connection: readonly (readonly [string, () => Reply])[] = [
    ['reset', reset],
    ['no bytes', noBytes],
  ];
  for (const [name, make] of connection) {
    test(name, async () => {
      expect((await failure(ask(make()))).constructor.name).toBe('APIConnectionError');
      expect((await failure(stream(make()))).constructor.name).toBe('APIConnectionError');
      expect(await server.requests[1]?.done).toBe('broken');
    });
  }

  test('refused', async () => {
    client.baseURL = await unusedUrl();
    expect((await failure(ask(say('')))).constructor.name).toBe('APIConnectionError');
  });

  for (const [name, make] of [
    ['silence', silent],
    ['a stalled reply', stall],
  ] as const) {
    test(`${name} ends when the client leaves`, async () => {
      for (const send of [ask, stream]) {
        const abort = new AbortController();
        const failed = failure(send(make(), { signal: abort.signal }));
        await server.waitForRequests(server.requests.length + 1);
        abort.abort();
        expect((await failed).constructor.name).toBe('APIUserAbortError');
        expect(await server.requests.at(-1)?.done).toBe('client-left');
      }
    });
  }

  test('a stream cut at each event fails, and never ends as a message', async () => {
    const reply = together(say('I look.'), callTool('read', { path: 'a' }));
    const count = countEvents('anthropic', reply);
    expect(count).toBe(14);
    for (let at = 0; at < count; at++) {
      await failure(stream(cutAt(at, reply)));
    }
    await failure(ask(cutAt(3, reply)));
  });

  test('an error event after 200', async () => {
    expect(await failure(stream(errorEvent({ after: 3 })))).toMatchObject({ type: 'overloaded_error' });
  });

  test('bad data in the stream, and a broken body', async () => {
    expect((await failure(stream(badSse(say('x'), { after: 2 })))).message).toMatch(/JSON/);
    await failure(ask(badSse()));
  });

  test('bad tool JSON', async () => {
    expect((await ask(badToolJson())).content).toMatchObject([{ type: 'tool_use', input: '{"path": "a.txt", ' }]);
  });

  test('a huge reply is made while it is read, and ends when the client leaves', async () => {
    server.play([hugeReply(4 * 1024 ** 3)]);
    let read = 0;
    for await (const event of await client.messages.create({ ...hello, stream: true })) {
      if (event.type === 'content_block_delta') read += JSON.stringify(event.delta).length;
      if (read > 1_000_000) break;
    }
    expect(await server.requests[0]?.done).toBe('client-left');
  });
});

describe('what the server saw', () => {
  test('requests are recorded, parsed and measured', async () => {
    server.play([say('ok')]);
    await client.messages.create({
      ...hello,
      system: [{ type: 'text', text: 'You are the planner.', cache_control: { type: 'ephemeral' } }],
      tools: [{ name: 'read', input_schema: { type: 'object' } }],
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'See' },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
          ],
        },
      ],
      output_config: { format: { type: 'json_schema', schema: { type: 'object' } } },
    });
    const [request] = server.requests;
    expect(request).toMatchObject({
      index: 0,
      system: 'You are the planner.',
      tools: ['read'],
      schema: { type: 'object' },
      maxTokens: 100,
      streamed: false,
      messages: [{ role: 'user', text: 'See', images: 1 }],
    });
    expect(request?.bytes).toBe(Buffer.byteLength(JSON.stringify(request?.body)));
  });

  test('token counts', async () => {
    const short = await client.messages.countTokens({ model: 'm', messages: hello.messages });
    const long = await client.messages.countTokens({
      model: 'm',
      messages: [{ role: 'user', content: 'word '.repeat(400) }],
    });
    expect(long.input_tokens - short.input_tokens).toBeGreaterThan(400);
    expect(server.traffic.map(({ route }) => route)).toEqual(['count-tokens', 'count-tokens']);
    expect(server.requests).toEqual([]);
  });

  test('models', async () => {
    const ids = (await client.models.list()).data.map(({ id }) => id);
    expect(ids).toEqual(['scripted-model']);
  });

  test('a prompt cache is simulated, and a kept prefix can be asserted', async () => {
    const mark = { cache_control: { type: 'ephemeral' as const } };
    const system = [{ type: 'text' as const, text: 'Rules. '.repeat(100), ...mark }];
    const first = { role: 'user' as const, content: [{ type: 'text' as const, text: 'one', ...mark }] };
    const unmarked = { role: 'user' as const, content: [{ type: 'text' as const, text: 'one' }] };
    const next = { role: 'user' as const, content: [{ type: 'text' as const, text: 'two', ...mark }] };
    const reply = { role: 'assistant' as const, content: 'ok' };
    server.play(() => say('ok'));
    const one = await client.messages.create({ ...hello, system, messages: [first] });
    const two = await client.messages.create({ ...hello, system, messages: [unmarked, reply, next] });
    const changed = [{ ...system[0], text: `Other. ${system[0]?.text}` }] as typeof system;
    const three = await client.messages.create({ ...hello, system: changed, messages: [unmarked, reply, next] });
    expect(one.usage).toMatchObject({ input_tokens: 0, cache_read_input_tokens: 0 });
    expect(two.usage.cache_read_input_tokens).toBe(one.usage.cache_creation_input_tokens);
    expect(two.usage.cache_creation_input_tokens).toBeGreaterThan(0);
    expect(three.usage.cache_read_input_tokens).toBe(0);
    const steps = commonPrefix(server.requests);
    expect(steps.map(({ kept }) => kept)).toEqual([true, false]);
    expect(steps[0]?.commonBytes).toBe(steps[0]?.fromBytes);
    expect(steps[1]?.commonBytes).toBe(0);
  });

  test('only the given key and the given models are known', async () => {
    await server.close();
    server = await startModelServer({ script: [say('ok')], apiKey: 'right', models: ['m'] });
    client = new Anthropic({ baseURL: server.url, apiKey: 'wrong', maxRetries: 0, logLevel: 'off' });
    expect(await failure(client.messages.create(hello))).toMatchObject({ status: 401 });
    client = new Anthropic({ baseURL: server.url, apiKey: 'right', maxRetries: 0, logLevel: 'off' });
    expect(await failure(client.messages.create({ ...hello, model: 'x' }))).toMatchObject({ status: 404 });
    expect((await client.messages.create(hello)).stop_reason).toBe('end_turn');
  });
});

describe('strictness: what the real API refuses', () => {
  const use = (id: string) => ({ type: 'tool_use' as const, id, name: 'read', input: {} });
  const result = (id: string) => ({ type: 'tool_result' as const, tool_use_id: id, content: 'text' });
  const user = (content: string | Anthropic.ContentBlockParam[]) => ({ role: 'user' as const, content });
  const model = (...content: Anthropic.ContentBlockParam[]) => ({ role: 'assistant' as const, content });
  const text = { type: 'text' as const, text: 'more' };
  const marked = { ...text, cache_control: { type: 'ephemeral' as const } };
  const cases: readonly (readonly [string, Anthropic.MessageParam[], RegExp | undefined])[] = [
    ['one result per call', [user('go'), model(use('a'), use('b')), user([result('b'), result('a'), text])], undefined],
    [
      'a call without a result',
      [user('go'), model(use('a'), use('b')), user([result('a')])],
      /without exactly one.*: b"/,
    ],
    ['a call with two results', [user('go'), model(use('a')), user([result('a'), result('a')])], /without exactly one/],
    ['a result without a call', [user('go'), model(text), user([result('x')])], /unexpected `tool_use_id`.*: x"/],
    ['a call at the end', [user('go'), model(use('a'))], /without exactly one/],
    ['text before a result', [user('go'), model(use('a')), user([text, result('a')])], /must come before/],
    [
      'an id used twice',
      [user('go'), model(use('a')), user([result('a')]), model(use('a')), user([result('a')])],
      /unique/,
    ],
    ['an empty message', [user('')], /non-empty/],
    ['a blank text', [user([{ type: 'text', text: ' ' }])], /non-whitespace/],
    ['five cache marks', [user([marked, marked, marked, marked, marked])], /Found 5/],
    ['the model first', [model(text), user('go')], /first message/],
  ];
  for (const [name, messages, expected] of cases) {
    test(name, async () => {
      server.play([say('ok')]);
      const sent = client.messages.create({ ...hello, messages });
      if (expected === undefined) expect((await sent).stop_reason).toBe('end_turn');
      else expect((await failure(sent)).message).toMatch(expected);
      expect(server.complaints).toHaveLength(expected === undefined ? 0 : 1);
    });
  }
});
