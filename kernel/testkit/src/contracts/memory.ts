import assert from 'node:assert/strict';
import type { MemoryStore, NewMemory, RecallQuery } from '@forge/plugin-api';
import type { ContractCase, ContractOptions } from './contract-case.ts';
import { oddTexts } from './odd-texts.ts';
import { registerContract } from './register-contract.ts';
import { refusal } from './rejection.ts';

export interface MemorySubject {
  readonly memory: MemoryStore;
  /** Closes the store and opens it again on the same data. Undefined: nothing is kept. */
  readonly reopen?: () => Promise<MemoryStore>;
}

type MemoryCase = ContractCase<MemorySubject>;

const fact = (content: string, fields: Partial<NewMemory> = {}): NewMemory => ({
  repoId: 'here',
  type: 'semantic',
  content,
  confidence: 0.8,
  provenance: { runId: 'r1', author: 'agent' },
  ...fields,
});

const recalled = async (memory: MemoryStore, query: Partial<RecallQuery>) =>
  (await memory.recall({ context: '', repoId: 'here', ...query })).map(({ content }) => content);

const deploys = 'Deploy with the script in tools, never by hand';
const limits = 'Login limits are counted per address';
const colours = 'Buttons are green';

const recallCases: readonly MemoryCase[] = [
  {
    name: 'what fits the context best comes first, with scores that say so',
    async run({ memory }) {
      for (const content of [colours, limits, deploys]) await memory.store(fact(content));
      const found = await memory.recall({ context: 'how are login limits counted', repoId: 'here' });
      assert.equal(found[0]?.content, limits);
      const scores = found.map(({ score }) => score);
      assert.ok(
        scores.every((score) => score >= 0 && score <= 1),
        String(scores),
      );
      assert.deepEqual(
        scores,
        scores.toSorted((one, other) => other - one),
      );
    },
  },
  {
    name: 'an empty context recalls the newest first',
    async run({ memory }) {
      for (const content of [colours, limits, deploys]) await memory.store(fact(content));
      assert.deepEqual(await recalled(memory, {}), [deploys, limits, colours]);
    },
  },
  {
    name: 'no more are recalled than the limit, which is 10 when none is given',
    async run({ memory }) {
      for (let number = 0; number < 15; number++) await memory.store(fact(`login rule number ${number}`));
      assert.equal((await recalled(memory, {})).length, 10);
      assert.equal((await recalled(memory, { limit: 3 })).length, 3);
      assert.equal((await recalled(memory, { context: 'login rule', limit: 15 })).length, 15);
    },
  },
  {
    name: 'a repository sees its own memories, and others only when it asks for them',
    async run({ memory }) {
      await memory.store(fact(limits, { repoId: 'here' }));
      await memory.store(fact('Login limits elsewhere', { repoId: 'there' }));
      await memory.store(fact('Login limits everywhere', { repoId: 'global' }));
      const context = 'login limits';
      for (const asked of ['', context]) {
        assert.deepEqual(await recalled(memory, { context: asked }), [limits]);
        assert.deepEqual(await recalled(memory, { context: asked, scope: 'current' }), [limits]);
        assert.deepEqual(await recalled(memory, { context: asked, scope: 'global' }), ['Login limits everywhere']);
        assert.deepEqual(await recalled(memory, { context: asked, scope: 'repo:there' }), ['Login limits elsewhere']);
        assert.deepEqual(await recalled(memory, { context: asked, scope: 'repo:nowhere' }), []);
      }
    },
  },
  {
    name: 'type, confidence and tags narrow the answer',
    async run({ memory }) {
      await memory.store(fact('login one', { type: 'procedural', confidence: 0.9, tags: ['auth', 'slow'] }));
      await memory.store(fact('login two', { type: 'semantic', confidence: 0.5, tags: ['auth'] }));
      await memory.store(fact('login three', { type: 'semantic', confidence: 0.2 }));
      for (const context of ['', 'login']) {
        assert.deepEqual(await recalled(memory, { context, type: 'procedural' }), ['login one']);
        assert.deepEqual((await recalled(memory, { context, minConfidence: 0.5 })).toSorted(), [
          'login one',
          'login two',
        ]);
        const tagged = await recalled(memory, { context, filters: { tags: ['auth'] } });
        assert.deepEqual(tagged.toSorted(), ['login one', 'login two']);
        assert.deepEqual(await recalled(memory, { context, filters: { tags: ['slow'] } }), ['login one']);
      }
    },
  },
  {
    name: 'nothing in the context is taken for an operator',
    async run({ memory }) {
      await memory.store(fact(limits));
      for (const context of ['"', "'", '* OR (', 'NEAR(a b', 'login AND', '-limits', 'a:b', '%', ...oddTexts]) {
        await memory.recall({ context, repoId: 'here' });
      }
      assert.deepEqual(await recalled(memory, { context: '"limits" AND NOT' }), [limits]);
    },
  },
];

const keepingCases: readonly MemoryCase[] = [
  {
    name: 'a memory comes back with an id, times and defaults',
    async run({ memory }) {
      const stored = await memory.store(fact(limits));
      assert.notEqual(stored.id, '');
      assert.deepEqual(
        { ...stored, id: '', createdAt: 0, updatedAt: 0 },
        {
          ...fact(limits),
          id: '',
          context: '',
          tags: [],
          createdAt: 0,
          updatedAt: 0,
        },
      );
      assert.ok(Number.isFinite(stored.createdAt) && stored.updatedAt >= stored.createdAt);
      assert.deepEqual(await memory.get(stored.id), stored);
      assert.equal(await memory.get('no-such-memory'), undefined);
    },
  },
  {
    name: 'the same words twice are two memories, until they are consolidated',
    async run({ memory }) {
      const [one, two] = [await memory.store(fact(limits)), await memory.store(fact(limits))];
      assert.notEqual(one.id, two.id);
      assert.equal((await recalled(memory, {})).length, 2);
    },
  },
  {
    name: 'an update changes what it names, and recall knows',
    async run({ memory }) {
      const { id } = await memory.store(fact(limits, { tags: ['auth'] }));
      await memory.store(fact(deploys));
      const updated = await memory.update(id, { content: 'Passwords are hashed with argon', confidence: 0.3 });
      assert.deepEqual([updated.id, updated.confidence, updated.tags], [id, 0.3, ['auth']]);
      assert.deepEqual(await memory.get(id), updated);
      assert.equal((await recalled(memory, { context: 'argon passwords' }))[0], 'Passwords are hashed with argon');
      assert.equal((await recalled(memory, { context: 'login limits' })).includes(limits), false);
    },
  },
  {
    name: 'a memory that is not there cannot be updated',
    async run({ memory }) {
      await refusal(memory.update('no-such-memory', { confidence: 1 }), 'INPUT_INVALID');
    },
  },
  {
    name: 'nothing of a forgotten memory can be recalled',
    async run({ memory }) {
      const { id } = await memory.store(fact(limits));
      const other = await memory.store(fact('Login limits of the admin'));
      await memory.forget(id);
      await memory.forget(id);
      await memory.forget('no-such-memory');
      assert.equal(await memory.get(id), undefined);
      for (const context of ['', 'login limits counted per address']) {
        assert.deepEqual(await recalled(memory, { context }), [other.content]);
      }
    },
  },
  {
    name: 'consolidating keeps the strongest of equal memories, within one repository and type',
    async run({ memory }) {
      await memory.store(fact(limits, { confidence: 0.4 }));
      const strongest = await memory.store(fact(limits, { confidence: 0.9 }));
      await memory.store(fact(limits, { confidence: 0.6 }));
      const apart = [
        await memory.store(fact(limits, { repoId: 'there' })),
        await memory.store(fact(limits, { type: 'procedural' })),
        await memory.store(fact(deploys)),
      ];
      assert.deepEqual(await memory.consolidate(), { merged: 2 });
      for (const { id } of [strongest, ...apart]) assert.equal((await memory.get(id))?.id, id);
      assert.equal(
        (await recalled(memory, { context: limits, type: 'semantic' })).filter((each) => each === limits).length,
        1,
      );
      assert.deepEqual(await memory.consolidate(), { merged: 0 });
    },
  },
  {
    name: 'many stored at once are all kept',
    async run({ memory }) {
      const contents = Array.from({ length: 50 }, (_, index) => `login rule number ${index}`);
      const stored = await Promise.all(contents.map((content) => memory.store(fact(content))));
      assert.equal(new Set(stored.map(({ id }) => id)).size, 50);
      assert.deepEqual((await recalled(memory, { limit: 100 })).toSorted(), contents.toSorted());
    },
  },
  {
    name: 'every text comes back exactly',
    async run({ memory }) {
      for (const text of oddTexts.filter((each) => each !== '')) {
        const { id } = await memory.store(fact(text, { context: text, tags: [text], repoId: text }));
        const { content, context, tags, repoId } = (await memory.get(id)) ?? {};
        assert.deepEqual([content, context, tags, repoId], [text, text, [text], text]);
        assert.deepEqual(await recalled(memory, { repoId: text }), [text]);
      }
    },
  },
  {
    name: 'what was given out or taken in can be changed without changing the store',
    async run({ memory }) {
      const tags = ['auth'];
      const stored = await memory.store(fact(limits, { tags }));
      const before = structuredClone(await memory.get(stored.id));
      tags.push('spoiled');
      for (const given of [
        stored,
        await memory.get(stored.id),
        ...(await memory.recall({ context: '', repoId: 'here' })),
      ]) {
        Reflect.set(given as object, 'content', 'spoiled');
        Reflect.set((given as { tags: string[] }).tags, 0, 'spoiled');
      }
      assert.deepEqual(await memory.get(stored.id), before);
    },
  },
  {
    name: 'everything is there after closing and opening again',
    async run({ memory, reopen }) {
      assert.ok(reopen, 'a store that keeps nothing skips this case');
      const stored = await memory.store(fact(limits));
      const again = await reopen();
      assert.deepEqual(await again.get(stored.id), stored);
      assert.deepEqual(await recalled(again, { context: 'login limits' }), [limits]);
    },
  },
];

export const memoryCases: readonly MemoryCase[] = [...recallCases, ...keepingCases];

/** Registers the contract of `MemoryStore`: a fresh, empty store for every case. */
export function memoryContract(options: ContractOptions<MemorySubject>): void {
  registerContract('memory', memoryCases, options);
}
