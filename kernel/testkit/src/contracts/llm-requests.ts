import assert from 'node:assert/strict';
import type { Message } from '@forge/plugin-api';
import { callTool, say, together } from '../model-server/index.ts';
import type { ContractCase } from './contract-case.ts';
import { callsIn, type LlmSubject, talk, textOf, user } from './llm-subject.ts';

/** What a provider may be asked. */
export const llmRequestCases: readonly ContractCase<LlmSubject>[] = [
  {
    name: 'a reply is JSON, and a request is not changed',
    async run(subject) {
      await subject.play([together(say('I look.'), callTool('read', { path: 'a' }))]);
      const messages = deepFrozen([user('Hello')]);
      const reply = await talk(subject)({ messages });
      assert.deepEqual(JSON.parse(JSON.stringify(reply)), withoutUndefined(reply));
      assert.deepEqual(messages, [user('Hello')]);
    },
  },
  {
    name: 'what came back can be sent again, with the results of its calls',
    async run(subject) {
      await subject.play([together(callTool('read', { path: 'a' }), callTool('read', { path: 'b' })), say('Done')]);
      const chat = talk(subject);
      const { content } = await chat();
      const results = callsIn(content).map(({ id }, index) => ({
        type: 'tool_result' as const,
        toolUseId: id,
        text: index === 0 ? 'text of a' : '',
        isError: index === 1,
      }));
      const messages: Message[] = [user('Hello'), { role: 'assistant', content }, { role: 'user', content: results }];
      assert.equal(textOf((await chat({ messages })).content), 'Done');
    },
  },
  {
    name: 'history may hold an empty reply, broken calls, images, and blocks of another provider',
    async run(subject) {
      await subject.play([say('Fine')]);
      const messages: Message[] = [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'See' },
            { type: 'image', mediaType: 'image/png', data: PIXEL },
          ],
        },
        { role: 'assistant', content: [] },
        user('Go on'),
        {
          role: 'assistant',
          content: [
            { type: 'opaque', provider: 'somebody-else', data: { a: 1 } },
            { type: 'tool_use', id: 'c1', name: 'read', input: {}, invalidInput: '{"pa' },
          ],
        },
        { role: 'user', content: [{ type: 'tool_result', toolUseId: 'c1', text: 'That was no JSON', isError: true }] },
      ];
      assert.equal(textOf((await talk(subject)({ messages })).content), 'Fine');
    },
  },
  {
    name: 'calls at once get each its own reply',
    async run(subject) {
      const texts = ['alpha alpha alpha', 'beta beta beta', 'gamma gamma gamma', 'delta delta delta'];
      await subject.play(texts.map((text) => say(text)));
      const chat = talk(subject);
      const replies = await Promise.all(
        texts.map(async () => {
          const shown: string[] = [];
          const { content } = await chat({}, { onText: (text) => shown.push(text) });
          assert.equal(shown.join(''), textOf(content));
          return textOf(content);
        }),
      );
      assert.deepEqual(replies.toSorted(), texts.toSorted());
    },
  },
];

/** One transparent pixel. */
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** Fields that are undefined are not there in JSON. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  return Object.fromEntries(entries.map(([key, part]) => [key, withoutUndefined(part)]));
}

function deepFrozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const part of Object.values(value)) deepFrozen(part);
  return Object.freeze(value);
}
