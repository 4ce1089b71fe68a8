import {
  answer,
  callTool,
  commonPrefix,
  duplicateCallId,
  emptyReply,
  maxTokens,
  missingUsage,
  overloaded,
  refuse,
  say,
  think,
  together,
  withUsage,
} from '@forge/testkit/model-server';
import type { ChatRequest, Message } from '@forge/plugin-api';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createAnthropicProvider, optionsSchema } from '../src/index.ts';
import { aCall, hello, type SetUp, setUp, user } from './set-up.ts';
import { systemClock } from './system-clock.ts';

let open: SetUp | undefined;
afterEach(() => open?.server.close());

const read = { name: 'read', description: 'Reads a file.', inputSchema: { type: 'object' as const } };

describe('what is sent', () => {
  test('the request in the words of the API, marks for the cache included', async () => {
    open = await setUp([say('ok')]);
    await open.provider.chat({ ...hello, tools: [read], maxOutputTokens: 50 }, aCall());
    const mark = { cache_control: { type: 'ephemeral' } };
    expect(open.server.requests[0]?.body).toEqual({
      model: 'claude-sonnet-4-6',
      max_tokens: 50,
      stream: true,
      tools: [{ name: 'read', description: 'Reads a file.', input_schema: { type: 'object' } }],
      system: [{ type: 'text', text: 'Be brief.', ...mark }],
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello', ...mark }] }],
    });
    expect(open.server.requests[0]?.headers.authorization).toBe('Bearer test-key');
  });

  test('output tokens: 16,384, or the model’s own limit when that is less', async () => {
    open = await setUp(() => say('ok'), { models: { small: { maxOutputTokens: 8000 } } });
    await open.provider.chat({ ...hello, model: 'claude-opus-5-5' }, aCall());
    await open.provider.chat({ ...hello, model: 'small' }, aCall());
    expect(open.server.requests.map(({ maxTokens }) => maxTokens)).toEqual([16_384, 8000]);
  });

  test('structured output: the schema closed, as the API enforces it', async () => {
    open = await setUp([answer({ a: 1 })]);
    const schema = { type: 'object', properties: { a: { type: 'integer', minimum: 3 } }, required: ['a'] };
    const { content } = await open.provider.chat({ ...hello, output: { name: 'plan', schema } }, aCall());
    expect(open.server.requests[0]?.schema).toMatchObject({ additionalProperties: false, required: ['a'] });
    expect(content).toEqual([{ type: 'text', text: '{"a":1}' }]);
  });

  test('a model that does not enforce schemas is not sent one', async () => {
    open = await setUp([say('{}')], { models: { old: { structuredOutput: false } } });
    await open.provider.chat({ ...hello, model: 'old', output: { name: 'x', schema: { type: 'object' } } }, aCall());
    expect(open.server.requests[0]?.body).not.toHaveProperty('output_config');
  });

  const choices: readonly (readonly [string, ChatRequest['toolChoice'], unknown])[] = [
    ['claude-sonnet-4-6', undefined, undefined],
    ['claude-sonnet-4-6', 'auto', undefined],
    ['claude-sonnet-4-6', 'none', { type: 'none' }],
    ['claude-sonnet-4-6', 'required', { type: 'any' }],
    ['claude-opus-5-5', 'required', undefined],
    ['a-model-of-tomorrow', 'required', undefined],
  ];
  for (const [model, toolChoice, expected] of choices) {
    test(`tool choice ${toolChoice} of ${model}`, async () => {
      open = await setUp([say('ok')]);
      await open.provider.chat({ ...hello, model, tools: [read], ...(toolChoice && { toolChoice }) }, aCall());
      expect(open.server.requests[0]?.body.tool_choice).toEqual(expected);
    });
  }

  test('images, results before other content, and nothing empty', async () => {
    open = await setUp([say('ok')]);
    const messages: Message[] = [
      { role: 'user', content: [{ type: 'image', mediaType: 'image/png', data: 'AAAA' }] },
      { role: 'assistant', content: [{ type: 'text', text: ' ' }] },
      user(''),
      { role: 'assistant', content: [{ type: 'tool_use', id: 'c1', name: 'read', input: {}, invalidInput: '{' }] },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'and' },
          { type: 'tool_result', toolUseId: 'c1', text: '', isError: true },
        ],
      },
    ];
    await open.provider.chat({ ...hello, system: '', messages }, aCall());
    const mark = { cache_control: { type: 'ephemeral' } };
    expect(open.server.requests[0]?.body.messages).toEqual([
      {
        role: 'user',
        content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' }, ...mark }],
      },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'c1', name: 'read', input: {} }] },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'c1', is_error: true },
          { type: 'text', text: 'and', ...mark },
        ],
      },
    ]);
    expect(open.server.requests[0]?.body).not.toHaveProperty('system');
    expect(open.server.complaints).toEqual([]);
  });
});

describe('the prompt cache', () => {
  test('each turn keeps the whole prompt of the one before, and pays only for what is new', async () => {
    open = await setUp(() =>
      together(say('I read.'), callTool('read', { path: 'a' }), callTool('read', { path: 'b' })),
    );
    let messages: readonly Message[] = [user('Go')];
    const usages = [];
    for (let turn = 0; turn < 5; turn++) {
      const { content, usage } = await open.provider.chat({ ...hello, tools: [read], messages }, aCall());
      usages.push(usage);
      const results = content.flatMap((block) =>
        block.type === 'tool_use'
          ? [{ type: 'tool_result' as const, toolUseId: block.id, text: 'text of the file' }]
          : [],
      );
      messages = [...messages, { role: 'assistant', content }, { role: 'user', content: results }];
    }
    expect(commonPrefix(open.server.requests).every(({ kept }) => kept)).toBe(true);
    expect(open.server.complaints).toEqual([]);
    for (const [turn, usage] of usages.entries()) {
      const before = usages[turn - 1];
      expect(usage?.inputTokens).toBe(0);
      expect(usage?.cacheReadTokens).toBe(before ? before.cacheReadTokens + before.cacheWriteTokens : 0);
    }
  });
});

describe('what comes back', () => {
  test('thinking is kept as it came, goes back unchanged to the same model, and to no other', async () => {
    open = await setUp([together(think('Hm.', 'c2ln'), callTool('read', {})), say('ok'), say('ok')]);
    const first = await open.provider.chat({ ...hello, tools: [read] }, aCall());
    const block = { type: 'thinking', thinking: 'Hm.', signature: 'c2ln' };
    expect(first.content[0]).toEqual({
      type: 'opaque',
      provider: 'anthropic',
      data: { model: 'claude-sonnet-4-6', block },
    });
    const use = first.content[1];
    const id = use?.type === 'tool_use' ? use.id : '';
    const messages: Message[] = [
      ...hello.messages,
      { role: 'assistant', content: [...first.content, { type: 'opaque', provider: 'other', data: {} }] },
      { role: 'user', content: [{ type: 'tool_result', toolUseId: id, text: 'x' }] },
    ];
    await open.provider.chat({ ...hello, messages }, aCall());
    await open.provider.chat({ ...hello, model: 'claude-opus-5-5', messages }, aCall());
    expect(open.server.requests[1]?.messages[1]?.thinking).toEqual([block]);
    expect(open.server.requests[2]?.messages[1]?.thinking).toEqual([]);
  });

  test('pieces of text as they come', async () => {
    open = await setUp([say('one two three')]);
    const pieces: string[] = [];
    await open.provider.chat(hello, aCall({ onText: (text) => pieces.push(text) }));
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.join('')).toBe('one two three');
  });

  test('token counts are those at the end of the stream', async () => {
    open = await setUp([withUsage({ input: 70, cacheRead: 30, cacheWrite: 20, output: 77 })]);
    const { usage } = await open.provider.chat(hello, aCall());
    expect(usage).toEqual({ inputTokens: 70, outputTokens: 77, cacheReadTokens: 30, cacheWriteTokens: 20 });
  });

  const stops = [
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
    [
      'the output limit before the first argument',
      { ...maxTokens(), blocks: [{ type: 'call' as const, name: 'read', input: {}, raw: '' }] },
      { stopReason: 'output_limit', content: [{ type: 'tool_use', input: {}, invalidInput: '' }] },
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

describe('beside chat', () => {
  test('nothing is written past the loggers, not for a model at the end of its life either', async () => {
    open = await setUp([say('ok'), overloaded()]);
    const written = vi.spyOn(console, 'warn');
    const model = 'claude-sonnet-4-5';
    await open.provider.chat({ ...hello, model }, aCall());
    await expect(open.provider.chat({ ...hello, model }, aCall())).rejects.toThrow('overloaded');
    expect(written).not.toHaveBeenCalled();
    written.mockRestore();
  });

  test('tokens are counted by the API, over the same request', async () => {
    open = await setUp();
    const { provider, server } = open;
    const few = await provider.countTokens?.(hello, aCall());
    const many = await provider.countTokens?.({ ...hello, messages: [user('word '.repeat(1000))] }, aCall());
    expect((many ?? 0) - (few ?? 0)).toBeGreaterThan(1000);
    expect(server.traffic[0]?.body).not.toHaveProperty('max_tokens');
  });

  test('known prices carry their date; an unknown model has none', async () => {
    open = await setUp();
    const { capabilities } = open.provider;
    expect((await capabilities('claude-opus-4-5-20251101')).price).toMatchObject({ input: 5, output: 25 });
    expect((await capabilities('claude-opus-5-5')).price?.asOf).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    expect((await capabilities('a-model-of-tomorrow')).price).toBeUndefined();
    expect(capabilities('claude-opus-5-5')).not.toHaveProperty('forcedTools');
  });

  test('without a key nothing is sent, and the error says what to do', async () => {
    open = await setUp([say('ok')]);
    const provider = createAnthropicProvider({
      options: optionsSchema.parse({}),
      baseUrl: open.server.url,
      clock: systemClock,
      fetch: globalThis.fetch,
    });
    await expect(provider.chat(hello, aCall())).rejects.toMatchObject({
      code: 'LLM_CREDENTIALS',
      details: { fix: expect.stringContaining('ANTHROPIC_API_KEY') },
    });
    expect(await provider.probe?.(aCall())).toEqual({ ok: false, detail: 'ANTHROPIC_API_KEY is not set' });
    expect(await open.provider.probe?.(aCall())).toMatchObject({ ok: true });
    expect(open.server.traffic).toEqual([]);
  });

  test('a token for a gateway is sent as a bearer', async () => {
    open = await setUp([say('ok')]);
    const provider = createAnthropicProvider({
      options: optionsSchema.parse({ baseUrl: open.server.url }),
      authToken: 'gateway-token',
      clock: systemClock,
      fetch: globalThis.fetch,
    });
    await provider.chat(hello, aCall());
    expect(open.server.requests[0]?.headers.authorization).toBe('Bearer gateway-token');
  });
});
