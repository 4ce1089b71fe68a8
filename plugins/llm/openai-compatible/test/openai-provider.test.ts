import {
  answer,
  callTool,
  commonPrefix,
  duplicateCallId,
  emptyReply,
  maxTokens,
  missingUsage,
  refuse,
  say,
  together,
  withUsage,
} from '@forge/testkit/model-server';
import type { ChatRequest, Message } from '@forge/plugin-api';
import { afterEach, describe, expect, test } from 'vitest';
import { aCall, connect, hello, type SetUp, setUp, user } from './set-up.ts';

let open: SetUp | undefined;
afterEach(() => open?.server.close());

const read = { name: 'read', description: 'Reads a file.', inputSchema: { type: 'object' as const } };

describe('what is sent', () => {
  test('the request in the words of the API', async () => {
    open = await setUp([say('ok')]);
    await open.provider.chat({ ...hello, tools: [read], maxOutputTokens: 50 }, aCall());
    expect(open.server.requests[0]?.body).toEqual({
      model: 'some-model',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hello' },
      ],
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: 50,
      tools: [
        { type: 'function', function: { name: 'read', description: 'Reads a file.', parameters: { type: 'object' } } },
      ],
    });
  });

  test('a key is sent as a bearer, and the environment of the SDK is not read', async () => {
    open = await setUp([say('ok')]);
    const provider = connect({ baseUrl: open.server.openAiUrl, apiKey: 'the-key' });
    await provider.chat(hello, aCall());
    expect(open.server.requests[0]?.headers.authorization).toBe('Bearer the-key');
    expect(open.server.requests[0]?.headers).not.toHaveProperty('openai-organization');
  });

  test('a whole conversation: results before text, images, nothing empty, calls without valid input', async () => {
    open = await setUp([say('ok')]);
    const messages: Message[] = [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'See' },
          { type: 'image', mediaType: 'image/png', data: 'AAAA' },
        ],
      },
      { role: 'assistant', content: [] },
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'I look' },
          { type: 'tool_use', id: 'c1', name: 'read', input: { path: 'a' } },
          { type: 'tool_use', id: 'c2', name: 'read', input: {}, invalidInput: '{"pa' },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'and' },
          { type: 'tool_result', toolUseId: 'c1', text: 'text of a' },
          { type: 'tool_result', toolUseId: 'c2', text: 'bad input', isError: true },
        ],
      },
    ];
    await open.provider.chat({ ...hello, system: '', messages }, aCall());
    expect(open.server.requests[0]?.body.messages).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'See' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
        ],
      },
      {
        role: 'assistant',
        content: 'I look',
        tool_calls: [
          { id: 'c1', type: 'function', function: { name: 'read', arguments: '{"path":"a"}' } },
          { id: 'c2', type: 'function', function: { name: 'read', arguments: '{}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'c1', content: 'text of a' },
      { role: 'tool', tool_call_id: 'c2', content: 'bad input' },
      { role: 'user', content: 'and' },
    ]);
    expect(open.server.complaints).toEqual([]);
  });

  const open1 = { type: 'object', properties: { a: { type: 'string' } } };
  const closed = { ...open1, required: ['a'], additionalProperties: false };
  const schemas: readonly (readonly [string, NonNullable<ChatRequest['output']>['schema'], boolean])[] = [
    ['closed', closed, true],
    ['open', open1, false],
    ['with an optional property', { ...closed, required: [] }, false],
    ['open inside', { ...closed, properties: { a: { type: 'array', items: open1 } } }, false],
  ];
  for (const [name, schema, strict] of schemas) {
    test(`structured output, schema ${name}`, async () => {
      open = await setUp([answer({ a: 'b' })]);
      const { content } = await open.provider.chat({ ...hello, output: { name: 'the plan', schema } }, aCall());
      expect(open.server.requests[0]?.body.response_format).toEqual({
        type: 'json_schema',
        json_schema: { name: 'the_plan', schema, strict },
      });
      expect(content).toEqual([{ type: 'text', text: '{"a":"b"}' }]);
    });
  }

  for (const [toolChoice, expected] of [
    ['auto', undefined],
    ['none', 'none'],
    ['required', 'required'],
  ] as const) {
    test(`tool choice ${toolChoice}`, async () => {
      open = await setUp([say('ok')]);
      await open.provider.chat({ ...hello, tools: [read], toolChoice }, aCall());
      expect(open.server.requests[0]?.body.tool_choice).toBe(expected);
    });
  }

  test('each turn keeps the whole prompt of the one before', async () => {
    open = await setUp(() =>
      together(say('I read.'), callTool('read', { path: 'a' }), callTool('read', { path: 'b' })),
    );
    let messages: readonly Message[] = [user('Go')];
    for (let turn = 0; turn < 4; turn++) {
      const { content } = await open.provider.chat({ ...hello, tools: [read], messages }, aCall());
      const results = content.flatMap((block) =>
        block.type === 'tool_use' ? [{ type: 'tool_result' as const, toolUseId: block.id, text: 'x' }] : [],
      );
      messages = [...messages, { role: 'assistant', content }, { role: 'user', content: results }];
    }
    expect(commonPrefix(open.server.requests).map(({ kept }) => kept)).toEqual([true, true, true]);
    expect(open.server.complaints).toEqual([]);
  });
});

describe('what comes back', () => {
  test('pieces of text as they come, and token counts', async () => {
    open = await setUp([withUsage({ input: 70, cacheRead: 30, cacheWrite: 0, output: 5 }, say('one two three'))]);
    const pieces: string[] = [];
    const { usage } = await open.provider.chat(hello, aCall({ onText: (text) => pieces.push(text) }));
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.join('')).toBe('one two three');
    expect(usage).toEqual({ inputTokens: 70, outputTokens: 5, cacheReadTokens: 30, cacheWriteTokens: 0 });
  });

  const stops = [
    [
      'calls',
      callTool('read', { path: 'a' }),
      { stopReason: 'tool_use', content: [{ name: 'read', input: { path: 'a' } }] },
    ],
    ['a refusal', refuse('No.'), { stopReason: 'refusal', content: [{ type: 'text', text: 'No.' }] }],
    [
      'the output limit',
      maxTokens(say('half a')),
      { stopReason: 'output_limit', content: [{ type: 'text', text: 'half a' }] },
    ],
    [
      'the output limit within a call',
      maxTokens(callTool('read', { path: 'abc' })),
      { stopReason: 'output_limit', content: [{ type: 'tool_use', input: {}, invalidInput: '{"path":"ab' }] },
    ],
    ['nothing', emptyReply(), { stopReason: 'end', content: [] }],
    ['no token counts', missingUsage(say('x')), { usage: undefined }],
    ['one id twice', duplicateCallId(), { content: [{ id: 'call_same' }, { id: 'call_same_2' }] }],
  ] as const;
  for (const [name, reply, expected] of stops) {
    test(name, async () => {
      open = await setUp([reply]);
      expect(await open.provider.chat(hello, aCall())).toMatchObject(expected);
    });
  }
});

describe('limits and prices', () => {
  test('OpenAI’s hold only at OpenAI', async () => {
    const there = connect({ apiKey: 'k' });
    expect((await there.capabilities('gpt-4o-2024-11-20')).price).toMatchObject({ input: 2.5, output: 10 });
    expect((await there.capabilities('gpt-6.1-sol')).price?.asOf).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    expect(there.defaultModel).toBe('gpt-6.1-sol');
    const elsewhere = connect({ baseUrl: 'https://models.example/v1', apiKey: 'k' });
    expect(elsewhere.capabilities('gpt-4o')).toMatchObject({ structuredOutput: false, images: false });
    expect((await elsewhere.capabilities('gpt-4o')).price).toBeUndefined();
    const told = connect({}, { models: { mine: { contextTokens: 9000, images: true } } });
    expect(told.capabilities('mine')).toMatchObject({ contextTokens: 9000, images: true, structuredOutput: true });
  });
});

describe('embeddings', () => {
  test('only with a model for them', async () => {
    open = await setUp([], { embeddingModel: 'vectors' });
    const vector = await open.provider.embed?.('red fish', aCall());
    expect(vector).toBeInstanceOf(Float32Array);
    expect(vector).toHaveLength(64);
    expect(open.server.traffic[0]?.model).toBe('vectors');
    expect(connect({})).not.toHaveProperty('embed');
  });
});
