import assert from 'node:assert/strict';
import { type ErrorCode, isForgeError } from '@forge/plugin-api';
import {
  badSse,
  callTool,
  contextOverflow,
  cutAt,
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
} from '../model-server/index.ts';
import type { ContractCase } from './contract-case.ts';
import { type LlmSubject, talk } from './llm-subject.ts';
import { rejection } from './rejection.ts';

type Row = readonly [name: string, reply: () => Reply, code: ErrorCode, transient: boolean];

/** What goes wrong with models, and what the kernel must be told. */
const rows: readonly Row[] = [
  ['a rate limit', () => rateLimited(), 'LLM_RATE_LIMITED', true],
  ['an exhausted spend limit', () => spendLimit(), 'LLM_SPEND_LIMIT', false],
  ['overload', () => overloaded(), 'LLM_OVERLOADED', true],
  ['a failing server', () => fault({ status: 500 }), 'LLM_UNAVAILABLE', true],
  ['a bad gateway', () => fault({ status: 502, body: '<html>' }), 'LLM_UNAVAILABLE', true],
  ['a wrong key', () => unauthorized(), 'LLM_CREDENTIALS', false],
  ['a key without the right', () => forbidden(), 'LLM_CREDENTIALS', false],
  ['an unknown model', () => noSuchModel(), 'LLM_MODEL_NOT_FOUND', false],
  ['a conversation that is too long', () => contextOverflow(), 'LLM_CONTEXT_OVERFLOW', false],
  ['a request that is refused', () => invalidRequest(), 'LLM_BAD_REQUEST', false],
  ['a reset connection', () => reset(), 'LLM_UNAVAILABLE', true],
  ['an answer without bytes', () => noBytes(), 'LLM_UNAVAILABLE', true],
  ['silence', () => silent(), 'LLM_TIMEOUT', true],
  ['a stalled reply', () => stall(say('Hello'), { after: 2 }), 'LLM_TIMEOUT', true],
  ['a broken reply', () => cutAt(3, say('Hello')), 'LLM_CUT', true],
  ['a reply that ends too early', () => cutAt(3, say('Hello'), { clean: true }), 'LLM_CUT', true],
  ['an overload in the middle', () => errorEvent({ after: 2 }), 'LLM_OVERLOADED', true],
  ['a garbled reply', () => badSse(say('Hello'), { after: 2 }), 'LLM_BAD_REPLY', true],
  ['a reply without end', () => hugeReply(1024 ** 3), 'LLM_BAD_REPLY', false],
];

const rowCases: readonly ContractCase<LlmSubject>[] = rows.map(([name, reply, code, transient]) => ({
  name: `${name} is ${code}${transient ? ', and may pass' : ''}`,
  async run(subject) {
    await subject.play([reply()]);
    const error = await rejection(talk(subject)());
    assert.ok(isForgeError(error), `it rejected with ${String(error)}`);
    assert.deepEqual([error.code, error.details.transient ?? false], [code, transient], error.message);
  },
}));

export const llmFaultCases: readonly ContractCase<LlmSubject>[] = [
  ...rowCases,
  {
    name: 'the time that a server asks to wait is told',
    async run(subject) {
      await subject.play([rateLimited({ 'retry-after': '7' })]);
      const error = await rejection(talk(subject)());
      assert.equal(isForgeError(error) && error.details.retryAfterMs, 7000);
    },
  },
  {
    name: 'one call is one attempt: trying again is the kernel’s',
    async run(subject) {
      await subject.play([overloaded(), say('the second')]);
      const chat = talk(subject);
      await rejection(chat());
      const { content } = await chat();
      assert.deepEqual(content, [{ type: 'text', text: 'the second' }]);
    },
  },
  {
    name: 'a reply cut anywhere before its end gives nothing',
    async run(subject) {
      const reply = together(say('I look.'), callTool('read', { path: 'a' }));
      const chat = talk(subject);
      for (let at = 0; at < 8; at++) {
        await subject.play([cutAt(at, reply)]);
        const error = await rejection(chat());
        assert.ok(isForgeError(error, 'LLM_CUT'), `cut after ${at}: ${String(error)}`);
      }
    },
  },
  {
    name: 'an aborted call rejects with the reason, in the middle of the reply',
    async run(subject) {
      await subject.play([stall(say('one two three four five six'), { after: 5 })]);
      const abort = new AbortController();
      const reason = new Error('stopped');
      const call = talk(subject)({}, { signal: abort.signal, onText: () => abort.abort(reason) });
      assert.equal(await rejection(call), reason);
    },
  },
];
