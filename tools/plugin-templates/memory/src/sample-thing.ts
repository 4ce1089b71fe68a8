import { forgeError, type Memory, memorySchema, type MemoryStore, recallQuerySchema, z } from '@forge/plugin-api';
import { createMemoryFile } from './memory-file.ts';
import { scoreOf, wordsIn } from './score.ts';

export interface SampleThingOptions {
  /** Absolute path; made when something is stored. */
  readonly file: string;
  readonly clock: { now(): number };
  readonly newId: () => string;
}

/** Memories in one file. Recall compares words. */
export function createSampleThing({ file, clock, newId }: SampleThingOptions): MemoryStore {
  const kept = createMemoryFile(file);
  return {
    name: 'sample-thing',
    async store(memory) {
      const now = clock.now();
      const stored = parsed({ ...memory, id: newId(), createdAt: now, updatedAt: now });
      await kept.change((memories) => memories.set(stored.id, stored));
      return structuredClone(stored);
    },
    async recall(query) {
      const { context, scope, repoId, type, limit, minConfidence, filters } = recallQuerySchema.parse(query);
      const repository = scope === 'current' ? repoId : scope.replace(/^repo:/, '');
      return [...(await kept.read()).values()]
        .toReversed()
        .filter((memory) => memory.repoId === repository && memory.confidence >= minConfidence)
        .filter((memory) => type === undefined || memory.type === type)
        .filter(({ tags }) => (filters?.tags ?? []).every((tag) => tags.includes(tag)))
        .map((memory) => ({ ...structuredClone(memory), score: scoreOf(memory, context) }))
        .filter(({ score }) => score > 0)
        .sort((one, other) => other.score - one.score)
        .slice(0, limit);
    },
    get: async (id) => structuredClone((await kept.read()).get(id)),
    async update(id, changes) {
      const given = Object.entries(changes).filter(([, value]) => value !== undefined);
      const updated = await kept.change((memories) => {
        const memory = memories.get(id);
        if (memory === undefined) throw forgeError('INPUT_INVALID', `There is no memory ${id}`);
        const changed = parsed({ ...memory, ...Object.fromEntries(given), updatedAt: clock.now() });
        memories.set(id, changed);
        return changed;
      });
      return structuredClone(updated);
    },
    async forget(id) {
      await kept.change((memories) => memories.delete(id));
    },
    consolidate: () => kept.change((memories) => ({ merged: dropWeaker(memories) })),
  };
}

/** Of memories that say the same, the one with the most confidence stays. */
function dropWeaker(memories: Map<string, Memory>): number {
  const strongest = new Map<string, Memory>();
  for (const memory of memories.values()) {
    const key = JSON.stringify([memory.repoId, memory.type, wordsIn(memory.content)]);
    const rival = strongest.get(key);
    if (rival === undefined || rival.confidence < memory.confidence) strongest.set(key, memory);
  }
  const stay = new Set([...strongest.values()].map(({ id }) => id));
  const weaker = [...memories.keys()].filter((id) => !stay.has(id));
  for (const id of weaker) memories.delete(id);
  return weaker.length;
}

function parsed(memory: unknown): Memory {
  const result = memorySchema.safeParse(structuredClone(memory));
  if (result.success) return result.data;
  throw forgeError('INPUT_INVALID', z.prettifyError(result.error));
}
