import type { Memory, MemoryStore } from '@forge/plugin-api';
import { describe, expect, test } from 'vitest';
import { failingCases, only, memoryCases, memoryContract } from '../../src/contracts/index.ts';
import { createMemoryMemoryStore } from '../../src/fakes/index.ts';

const keepsNothing = 'everything is there after closing and opening again';

memoryContract({
  name: 'memory',
  create: () => ({ memory: createMemoryMemoryStore() }),
  skip: { [keepsNothing]: 'it is gone with the process' },
});

type Fault = (memory: MemoryStore) => Partial<MemoryStore>;

const wrong: readonly { readonly fault: string; readonly caughtBy: string; readonly make: Fault }[] = [
  {
    fault: 'shows one repository what another learned',
    caughtBy: 'a repository sees its own memories, and others only when it asks for them',
    make: (memory) => ({
      recall: async (query) => [
        ...(await memory.recall(query)),
        ...(await memory.recall({ ...query, repoId: 'there' })),
      ],
    }),
  },
  {
    fault: 'shows the worst first',
    caughtBy: 'an empty context recalls the newest first',
    make: (memory) => ({ recall: async (query) => (await memory.recall({ ...query, limit: 1000 })).toReversed() }),
  },
  {
    fault: 'has no limit of its own',
    caughtBy: 'no more are recalled than the limit, which is 10 when none is given',
    make: (memory) => ({ recall: (query) => memory.recall({ limit: 1000, ...query }) }),
  },
  {
    fault: 'does not look at confidence',
    caughtBy: 'type, confidence and tags narrow the answer',
    make: (memory) => ({ recall: (query) => memory.recall({ ...query, minConfidence: 0 }) }),
  },
  {
    fault: 'makes a new memory of an unknown one',
    caughtBy: 'a memory that is not there cannot be updated',
    make: (memory) => ({
      update: async (id, changes) =>
        (await memory.get(id)) ? memory.update(id, changes) : ({ id, ...changes } as Memory),
    }),
  },
  {
    fault: 'forgets only for get',
    caughtBy: 'nothing of a forgotten memory can be recalled',
    make(memory) {
      const forgotten = new Set<string>();
      return {
        forget: async (id) => void forgotten.add(id),
        get: async (id) => (forgotten.has(id) ? undefined : memory.get(id)),
      };
    },
  },
  {
    fault: 'merges nothing and says so',
    caughtBy: 'consolidating keeps the strongest of equal memories, within one repository and type',
    make: () => ({ consolidate: async () => ({ merged: 0 }) }),
  },
  {
    fault: 'recalls the old words after an update',
    caughtBy: 'an update changes what it names, and recall knows',
    make(memory) {
      const changed = new Map<string, Memory>();
      return {
        async update(id, changes) {
          const old = await memory.get(id);
          if (old === undefined) return memory.update(id, changes);
          const updated = { ...old, ...changes } as Memory;
          changed.set(id, updated);
          return updated;
        },
        get: async (id) => changed.get(id) ?? memory.get(id),
      };
    },
  },
  {
    fault: 'takes words for a search language',
    caughtBy: 'nothing in the context is taken for an operator',
    make: (memory) => ({
      async recall(query) {
        if (query.context.includes('"')) throw new Error('unterminated string');
        return memory.recall(query);
      },
    }),
  },
  { fault: 'keeps nothing, but says nothing of it', caughtBy: keepsNothing, make: () => ({}) },
];

describe('the memory contract catches a memory that', () => {
  test.each(wrong)('$fault', async ({ make, caughtBy }) => {
    const failing = await failingCases(only(memoryCases, caughtBy), () => {
      const memory = createMemoryMemoryStore();
      return { memory: { ...memory, ...make(memory) } };
    });
    expect(failing).toEqual([caughtBy]);
  });
});
