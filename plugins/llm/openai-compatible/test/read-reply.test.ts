import type OpenAI from 'openai';
import { expect, test } from 'vitest';
import { readReply } from '../src/read-reply.ts';
import { toOpenAi } from '../src/to-openai.ts';

type Delta = Record<string, unknown>;

/** Chunks as odd servers send them. */
async function* chunksOf(deltas: readonly Delta[], finish: string | null): AsyncGenerator<OpenAI.ChatCompletionChunk> {
  const chunk = (choices: unknown[]) => ({ id: 'x', choices }) as unknown as OpenAI.ChatCompletionChunk;
  for (const delta of deltas) yield chunk([{ index: 0, delta, finish_reason: null }]);
  yield chunk([]);
  yield chunk([{ index: 0, delta: undefined, finish_reason: finish }]);
}
const replyOf = (deltas: readonly Delta[], finish: string | null = 'stop') =>
  readReply(chunksOf(deltas, finish), 'm', undefined);
const piece = (index: number | undefined, id: string | undefined, name: string | undefined, written: unknown) => ({
  tool_calls: [{ index, id, function: { name, arguments: written } }],
});

const cases: readonly (readonly [string, readonly Delta[], readonly object[]])[] = [
  [
    'calls in pieces, between each other',
    [
      piece(0, 'a', 'read', ''),
      piece(1, 'b', 'list', ''),
      piece(0, undefined, undefined, '{"x"'),
      piece(1, undefined, undefined, '{}'),
      piece(0, undefined, undefined, ':1}'),
    ],
    [
      { id: 'a', name: 'read', input: { x: 1 } },
      { id: 'b', name: 'list', input: {} },
    ],
  ],
  [
    'whole calls without an index',
    [piece(undefined, 'a', 'read', '{"x":1}'), piece(undefined, 'b', 'list', '{}')],
    [
      { id: 'a', name: 'read', input: { x: 1 } },
      { id: 'b', name: 'list', input: {} },
    ],
  ],
  [
    'each call at index 0',
    [piece(0, 'a', 'read', '{}'), piece(0, 'b', 'list', '{}')],
    [
      { id: 'a', name: 'read' },
      { id: 'b', name: 'list' },
    ],
  ],
  ['arguments as an object', [piece(0, 'a', 'read', { x: 1 })], [{ name: 'read', input: { x: 1 } }]],
  [
    'id and name repeated in each piece',
    [piece(0, 'a', 'read', '{"x"'), piece(0, 'a', 'read', ':1}')],
    [{ id: 'a', name: 'read', input: { x: 1 } }],
  ],
];
for (const [name, deltas, expected] of cases) {
  test(name, async () => {
    const { content, stopReason } = await replyOf(deltas);
    expect(content).toMatchObject(expected);
    expect(content).toHaveLength(expected.length);
    expect(stopReason).toBe('tool_use');
  });
}

test('reasoning is kept under its name, goes back to the same model and to no other', async () => {
  const { content } = await replyOf([
    { reasoning_content: 'Let me ' },
    { reasoning_content: 'see.' },
    { content: 'ok' },
  ]);
  expect(content).toEqual([
    {
      type: 'opaque',
      provider: 'openai-compatible',
      data: { model: 'm', field: 'reasoning_content', text: 'Let me see.' },
    },
    { type: 'text', text: 'ok' },
  ]);
  const sentTo = (model: string) =>
    toOpenAi(
      { model, system: '', messages: [{ role: 'assistant', content }] },
      { maxOutputTokens: 1, structuredOutput: true, limitField: 'max_tokens' },
    ).messages;
  expect(sentTo('m')).toEqual([{ role: 'assistant', content: 'ok', reasoning_content: 'Let me see.' }]);
  expect(sentTo('other')).toEqual([{ role: 'assistant', content: 'ok' }]);
});

test('a refusal in words', async () => {
  expect(await replyOf([{ refusal: 'I can' }, { refusal: 'not.' }])).toMatchObject({
    stopReason: 'refusal',
    content: [{ type: 'text', text: 'I cannot.' }],
  });
});

test('no reason for the end: cut', async () => {
  await expect(replyOf([{ content: 'half' }], null)).rejects.toMatchObject({
    code: 'LLM_CUT',
    details: { transient: true },
  });
});
