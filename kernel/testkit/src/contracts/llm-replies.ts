import assert from 'node:assert/strict';
import {
  answer,
  badToolJson,
  callTool,
  duplicateCallId,
  emptyReply,
  maxTokens,
  missingUsage,
  refuse,
  say,
  together,
} from '../model-server/index.ts';
import type { ContractCase } from './contract-case.ts';
import { callsIn, isCount, type LlmSubject, talk, textOf } from './llm-subject.ts';

/** What a model may answer, and what becomes of it. */
export const llmReplyCases: readonly ContractCase<LlmSubject>[] = [
  {
    name: 'a reply in words ends, and says which model it was',
    async run(subject) {
      await subject.play([say('Hello there')]);
      const reply = await talk(subject)();
      assert.equal(textOf(reply.content), 'Hello there');
      assert.equal(reply.stopReason, 'end');
      assert.ok(reply.model.length > 0);
    },
  },
  {
    name: 'token counts are whole numbers',
    async run(subject) {
      await subject.play([say('Hello there')]);
      const { usage } = await talk(subject)();
      for (const count of Object.values(usage ?? {})) assert.ok(isCount(count), `${count} is no count`);
      assert.ok((usage?.outputTokens ?? 0) > 0);
    },
  },
  {
    name: 'token counts that the model does not give are missing, not zero',
    async run(subject) {
      await subject.play([missingUsage()]);
      assert.equal((await talk(subject)()).usage, undefined);
    },
  },
  {
    name: 'text is shown as it comes, all of it, once',
    async run(subject) {
      await subject.play([together(say('one two '), say('three'))]);
      const pieces: string[] = [];
      const reply = await talk(subject)({}, { onText: (text) => pieces.push(text) });
      assert.equal(pieces.join(''), textOf(reply.content));
    },
  },
  {
    name: 'calls come in order, with their input',
    async run(subject) {
      await subject.play([
        together(say('I look.'), callTool('read', { path: 'ä "b"' }), callTool('read', { path: 'c' })),
      ]);
      const reply = await talk(subject)();
      assert.equal(reply.stopReason, 'tool_use');
      assert.deepEqual(
        callsIn(reply.content).map(({ name, input, invalidInput }) => ({ name, input, invalidInput })),
        [
          { name: 'read', input: { path: 'ä "b"' }, invalidInput: undefined },
          { name: 'read', input: { path: 'c' }, invalidInput: undefined },
        ],
      );
    },
  },
  {
    name: 'ids of calls differ, also when the model repeats them',
    async run(subject) {
      await subject.play([duplicateCallId('read', [{ path: 'a' }, { path: 'b' }])]);
      const ids = callsIn((await talk(subject)()).content).map(({ id }) => id);
      assert.equal(new Set(ids).size, 2, `the ids are ${ids.join(', ')}`);
    },
  },
  {
    name: 'arguments that are no JSON are kept as text, and are no error',
    async run(subject) {
      await subject.play([badToolJson('read', '{"path": "a')]);
      const [call] = callsIn((await talk(subject)()).content);
      assert.deepEqual(
        { input: call?.input, invalidInput: call?.invalidInput },
        { input: {}, invalidInput: '{"path": "a' },
      );
    },
  },
  {
    name: 'a tool that was not offered, and input that does not fit, are passed on',
    async run(subject) {
      await subject.play([callTool('fly', { to: 3 })]);
      const [call] = callsIn((await talk(subject)()).content);
      assert.deepEqual({ name: call?.name, input: call?.input }, { name: 'fly', input: { to: 3 } });
    },
  },
  {
    name: 'structured output is the final text',
    async run(subject) {
      await subject.play([answer({ list: [1, 'two'] })]);
      const schema = { type: 'object', properties: { list: { type: 'array', items: {} } }, required: ['list'] };
      const items = { anyOf: [{ type: 'integer' }, { type: 'string' }] };
      const output = { name: 'plan', schema: { ...schema, properties: { list: { type: 'array', items } } } };
      const reply = await talk(subject)({ tools: [], output });
      assert.deepEqual(JSON.parse(textOf(reply.content)), { list: [1, 'two'] });
    },
  },
  {
    name: 'a refusal is an answer',
    async run(subject) {
      await subject.play([refuse('No.')]);
      assert.equal((await talk(subject)()).stopReason, 'refusal');
    },
  },
  {
    name: 'the output limit ends a text',
    async run(subject) {
      await subject.play([maxTokens(say('half a sen'))]);
      const reply = await talk(subject)({ maxOutputTokens: 100 });
      assert.deepEqual([reply.stopReason, textOf(reply.content)], ['output_limit', 'half a sen']);
    },
  },
  {
    name: 'a call cut by the output limit cannot be taken for a whole one',
    async run(subject) {
      await subject.play([maxTokens(callTool('read', { path: 'a/long/path' }))]);
      const reply = await talk(subject)({ maxOutputTokens: 100 });
      assert.equal(reply.stopReason, 'output_limit');
      for (const call of callsIn(reply.content)) assert.notEqual(call.invalidInput, undefined);
    },
  },
  {
    name: 'an empty reply ends',
    async run(subject) {
      await subject.play([emptyReply()]);
      const reply = await talk(subject)();
      assert.deepEqual([reply.content, reply.stopReason], [[], 'end']);
    },
  },
];
