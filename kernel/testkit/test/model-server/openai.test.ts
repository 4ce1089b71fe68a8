import OpenAI from 'openai';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  answer,
  badSse,
  badToolJson,
  callTool,
  commonPrefix,
  contextOverflow,
  countEvents,
  cutAt,
  embeddingOf,
  errorEvent,
  fault,
  maxTokens,
  missingUsage,
  type ModelServer,
  noBytes,
  noSuchModel,
  overloaded,
  type Reply,
  refuse,
  reset,
  say,
  silent,
  spendLimit,
  stall,
  startModelServer,
  together,
} from '../../src/model-server/index.ts';

type Chunk = OpenAI.ChatCompletionChunk;

let server: ModelServer;
let client: OpenAI;

beforeEach(async () => {
  server = await startModelServer();
  client = new OpenAI({ baseURL: server.openAiUrl, apiKey: 'key', maxRetries: 0, logLevel: 'off' });
});
afterEach(() => server.close());

const hello = { model: 'm', messages: [{ role: 'user' as const, content: 'Hello' }] };
const ask = (reply: Reply, options?: OpenAI.RequestOptions) => {
  server.play([reply]);
  return client.chat.completions.create(hello, options);
};
const gathered = async (events: AsyncIterable<Chunk>): Promise<Chunk[]> => {
  const chunks: Chunk[] = [];
  for await (const chunk of events) chunks.push(chunk);
  return chunks;
};
const stream = async (reply: Reply, options?: OpenAI.RequestOptions): Promise<Chunk[]> => {
  server.play([reply]);
  const body = { ...hello, stream: true as const, stream_options: { include_usage: true } };
  return gathered(await client.chat.completions.create(body, options));
};
const failure = (promise: Promise<unknown>): Promise<Record<string, unknown> & Error> =>
  promise.then(
    (value) => expect.fail(`expected a failure, got ${JSON.stringify(value)}`),
    (error: unknown) => error as Record<string, unknown> & Error,
  );
const joined = (chunks: readonly Chunk[]) => ({
  content: chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join(''),
  refusal: chunks.map((chunk) => chunk.choices[0]?.delta.refusal ?? '').join(''),
  calls: chunks
    .flatMap((chunk) => chunk.choices[0]?.delta.tool_calls ?? [])
    .reduce<{ name: string; input: string }[]>((calls, { index, function: part }) => {
      const call = (calls[index] ??= { name: '', input: '' });
      call.name += part?.name ?? '';
      call.input += part?.arguments ?? '';
      return calls;
    }, []),
  finish: chunks.map((chunk) => chunk.choices[0]?.finish_reason).find(Boolean),
  usage: chunks.find((chunk) => chunk.usage)?.usage,
});

describe('whole replies, streamed and not', () => {
  const two = together(say('I look.'), callTool('read', { path: 'a "quoted" ü' }), callTool('list', {}));
  const calls = [
    { name: 'read', input: '{"path":"a \\"quoted\\" ü"}' },
    { name: 'list', input: '{}' },
  ];
  const cases: readonly (readonly [string, Reply, Partial<ReturnType<typeof joined>>])[] = [
    ['text', say('Hi there'), { content: 'Hi there', calls: [], finish: 'stop' }],
    ['structured output', answer({ a: [1] }), { content: '{"a":[1]}', finish: 'stop' }],
    ['a refusal', refuse('No.'), { content: '', refusal: 'No.', finish: 'content_filter' }],
    ['the token limit', maxTokens(say('half')), { content: 'half', finish: 'length' }],
    ['several calls', two, { content: 'I look.', calls, finish: 'tool_calls' }],
    ['bad tool JSON', badToolJson('read', '{"a'), { calls: [{ name: 'read', input: '{"a' }], finish: 'tool_calls' }],
  ];
  for (const [name, reply, expected] of cases) {
    test(name, async () => {
      const streamed = joined(await stream(reply));
      expect(streamed).toMatchObject({ ...expected, usage: { total_tokens: expect.any(Number) } });
      const { choices, usage } = await ask(reply);
      const { message, finish_reason: finish } = choices[0] as OpenAI.ChatCompletion.Choice;
      expect({
        content: message.content ?? '',
        refusal: message.refusal ?? '',
        calls: (message.tool_calls ?? []).map((call) =>
          call.type === 'function' ? { name: call.function.name, input: call.function.arguments } : undefined,
        ),
        finish,
        usage,
      }).toMatchObject(expected);
      expect(server.complaints).toEqual([]);
    });
  }

  test('token counts are left out when they are missing or, in a stream, not asked for', async () => {
    expect(joined(await stream(missingUsage())).usage).toBeUndefined();
    expect((await ask(missingUsage())).usage).toBeUndefined();
    server.play([say('ok')]);
    const chunks = await gathered(await client.chat.completions.create({ ...hello, stream: true }));
    expect(joined(chunks).usage).toBeUndefined();
  });
});

describe('faults', () => {
  const cases: readonly (readonly [string, Reply, object])[] = [
    ['429 of an empty account', spendLimit(), { status: 429, code: 'insufficient_quota' }],
    ['503', overloaded(), { status: 503 }],
    ['404 model', noSuchModel(), { status: 404, code: 'model_not_found' }],
    ['context overflow', contextOverflow(), { status: 400, code: 'context_length_exceeded' }],
    ['500 without a body', fault({ status: 500 }), { status: 500 }],
    ['reset', reset(), { constructor: OpenAI.APIConnectionError }],
    ['no bytes', noBytes(), { constructor: OpenAI.APIConnectionError }],
  ];
  for (const [name, reply, expected] of cases) {
    test(name, async () => {
      expect(await failure(ask(reply))).toMatchObject(expected);
      expect(await failure(stream(reply))).toMatchObject(expected);
    });
  }

  test('a stream cut at each event breaks', async () => {
    const reply = together(say('I look.'), callTool('read', { path: 'a' }));
    for (let at = 0; at < countEvents('openai', reply); at++) await failure(stream(cutAt(at, reply)));
  });

  test('a stream that ends too early without a break has no finish', async () => {
    expect(joined(await stream(cutAt(2, say('abc'), { clean: true })))).toMatchObject({ finish: undefined });
  });

  test('an error event after 200, bad data in the stream', async () => {
    expect((await failure(stream(errorEvent()))).message).toMatch(/Overloaded/);
    expect((await failure(stream(badSse()))).message).toMatch(/JSON/);
  });

  for (const [name, make] of [
    ['silence', silent],
    ['a stalled reply', stall],
  ] as const) {
    test(`${name} ends when the client leaves`, async () => {
      for (const send of [ask, stream]) {
        const abort = new AbortController();
        const settled = Promise.allSettled([send(make(), { signal: abort.signal })]);
        await server.waitForRequests(server.requests.length + 1);
        abort.abort();
        await settled;
        expect(await server.requests.at(-1)?.done).toBe('client-left');
      }
    });
  }
});

describe('other routes and what the server saw', () => {
  test('models, one and all, and embeddings', async () => {
    expect((await client.models.list()).data.map(({ id }) => id)).toEqual(['scripted-model']);
    expect((await failure(client.models.retrieve('other'))).status).toBe(404);
    const { data } = await client.embeddings.create({ model: 'm', input: ['red fish', 'blue fish'], dimensions: 16 });
    expect(data.map(({ embedding }) => embedding)).toEqual(
      ['red fish', 'blue fish'].map((text) => [...embeddingOf(text, 16)]),
    );
  });

  test('requests are parsed', async () => {
    server.play([answer({})]);
    await client.chat.completions.create({
      ...hello,
      messages: [
        { role: 'system', content: 'You are the reviewer.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'See' },
            { type: 'image_url', image_url: { url: 'data:,' } },
          ],
        },
        {
          role: 'assistant',
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'read', arguments: '{"path":"a"}' } }],
        },
        { role: 'tool', tool_call_id: 'c1', content: 'text of a' },
      ],
      tools: [{ type: 'function', function: { name: 'read' } }],
      response_format: { type: 'json_schema', json_schema: { name: 'plan', schema: { type: 'object' } } },
    });
    expect(server.requests[0]).toMatchObject({
      protocol: 'openai',
      system: 'You are the reviewer.',
      tools: ['read'],
      schema: { type: 'object' },
      messages: [
        { role: 'user', text: 'See', images: 1 },
        { role: 'assistant', calls: [{ id: 'c1', name: 'read', input: { path: 'a' } }] },
        { role: 'tool', results: [{ callId: 'c1', text: 'text of a' }] },
      ],
    });
  });

  test('a kept prefix can be asserted', async () => {
    server.play(() => say('ok'));
    const more = [...hello.messages, { role: 'assistant' as const, content: 'ok' }, ...hello.messages];
    await client.chat.completions.create(hello);
    const { usage } = await client.chat.completions.create({ ...hello, messages: more });
    expect(commonPrefix(server.requests)).toMatchObject([{ kept: true }]);
    expect(usage?.prompt_tokens_details?.cached_tokens).toBeGreaterThan(0);
  });
});

describe('strictness: what the real API refuses', () => {
  const call = (id: string) => ({ id, type: 'function' as const, function: { name: 'read', arguments: '{}' } });
  const model = (...ids: string[]) => ({ role: 'assistant' as const, tool_calls: ids.map(call) });
  const result = (id: string) => ({ role: 'tool' as const, tool_call_id: id, content: 'text' });
  const user = { role: 'user' as const, content: 'go' };
  const cases: readonly (readonly [string, OpenAI.ChatCompletionMessageParam[], RegExp | undefined])[] = [
    ['one result per call', [user, model('a', 'b'), result('b'), result('a'), user], undefined],
    ['a call without a result', [user, model('a', 'b'), result('a'), user], /must be followed.*: b/],
    ['a call at the end', [user, model('a')], /must be followed/],
    ['a result without a call', [user, result('x')], /must be a response/],
    ['two results for a call', [user, model('a'), result('a'), result('a')], /must be a response/],
    ['an id used twice', [user, model('a', 'a'), result('a')], /Duplicate/],
    ['a model that said nothing', [user, { role: 'assistant', content: null }, user], /expected a string/],
    ['no messages', [], /too short/],
  ];
  for (const [name, messages, expected] of cases) {
    test(name, async () => {
      server.play([say('ok')]);
      const sent = client.chat.completions.create({ ...hello, messages });
      if (expected === undefined) expect((await sent).choices).toHaveLength(1);
      else expect((await failure(sent)).message).toMatch(expected);
    });
  }
});
