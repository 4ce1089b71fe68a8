import assert from 'node:assert/strict';
import { say } from '../model-server/index.ts';
import type { ContractCase, ContractOptions } from './contract-case.ts';
import { llmFaultCases } from './llm-faults.ts';
import { llmReplyCases } from './llm-replies.ts';
import { llmRequestCases } from './llm-requests.ts';
import { isCount, type LlmSubject, talk, user } from './llm-subject.ts';
import { registerContract } from './register-contract.ts';
import { rejection } from './rejection.ts';

const otherCases: readonly ContractCase<LlmSubject>[] = [
  {
    name: 'the name is one word',
    async run({ provider }) {
      assert.match(provider.name, /^[a-z0-9][a-z0-9._-]*$/);
    },
  },
  {
    name: 'limits are known for any model, also one it never heard of',
    async run({ provider, model }) {
      for (const name of [model, 'a-model-of-tomorrow']) {
        const { contextTokens, maxOutputTokens, price } = await provider.capabilities(name);
        assert.ok(isCount(contextTokens) && contextTokens > 0);
        assert.ok(isCount(maxOutputTokens) && maxOutputTokens > 0);
        if (price === undefined) continue;
        for (const dollars of [price.input, price.output, price.cacheRead, price.cacheWrite]) {
          assert.ok(Number.isFinite(dollars) && dollars >= 0, `${dollars} is no price`);
        }
        assert.match(price.asOf, /^\d{4}-\d{2}-\d{2}$/);
      }
    },
  },
  {
    name: 'a longer request counts more tokens',
    async run({ provider, model }) {
      if (provider.countTokens === undefined) return;
      const count = (text: string) =>
        provider.countTokens?.({ model, system: '', messages: [user(text)] }, { signal: new AbortController().signal });
      const [few = 0, many = 0] = [await count('word'), await count('word '.repeat(500))];
      assert.ok(few > 0 && many > few, `${few} and ${many}`);
    },
  },
  {
    name: 'equal texts have equal vectors',
    async run({ provider }) {
      if (provider.embed === undefined) return;
      const embed = (text: string) => provider.embed?.(text, { signal: new AbortController().signal });
      const [one, again, other] = [await embed('red fish'), await embed('red fish'), await embed('blue bird')];
      assert.ok(one instanceof Float32Array && one.length > 0);
      assert.deepEqual(one, again);
      assert.equal(one.length, other?.length);
    },
  },
  {
    name: 'an aborted call rejects with the reason, before it began',
    async run(subject) {
      await subject.play([say('too late')]);
      const reason = new Error('stopped');
      assert.equal(await rejection(talk(subject)({}, { signal: AbortSignal.abort(reason) })), reason);
    },
  },
];

export const llmCases: readonly ContractCase<LlmSubject>[] = [
  ...llmReplyCases,
  ...llmRequestCases,
  ...otherCases,
  ...llmFaultCases,
];

/** Registers the contract of `llm`: a fresh subject for every case. */
export function llmContract(options: ContractOptions<LlmSubject>): void {
  registerContract('llm', llmCases, options);
}
