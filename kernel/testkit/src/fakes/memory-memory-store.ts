import {
  forgeError,
  type Memory,
  memorySchema,
  type MemoryStore,
  type RecalledMemory,
  recallQuerySchema,
  z,
} from '@forge/plugin-api';
import { createSeededIds, createSeededRandom } from './seeded-random.ts';
import { createVirtualClock } from './virtual-clock.ts';

/** Memories that are gone with the process. Recall compares words. */
export function createMemoryMemoryStore(clock: { now(): number } = createVirtualClock()): MemoryStore {
  const newId = createSeededIds(clock, createSeededRandom(1));
  const memories = new Map<string, Memory>();
  const keep = (memory: z.input<typeof memorySchema>): Memory => {
    const parsed = memorySchema.safeParse(memory);
    if (!parsed.success) throw forgeError('INPUT_INVALID', z.prettifyError(parsed.error));
    memories.set(parsed.data.id, structuredClone(parsed.data));
    return parsed.data;
  };

  return {
    name: 'memory',
    async store(memory) {
      const now = clock.now();
      return keep({ ...memory, id: newId(), createdAt: now, updatedAt: now });
    },
    async recall(query) {
      const { context, scope, repoId, type, limit, minConfidence, filters } = recallQuerySchema.parse(query);
      const repository = scope === 'current' ? repoId : scope.replace(/^repo:/, '');
      return [...memories.values()]
        .toReversed()
        .filter((memory) => memory.repoId === repository && memory.confidence >= minConfidence)
        .filter((memory) => type === undefined || memory.type === type)
        .filter(({ tags }) => (filters?.tags ?? []).every((tag) => tags.includes(tag)))
        .flatMap((memory) => scored(memory, context))
        .sort((one, other) => other.score - one.score)
        .slice(0, limit);
    },
    async get(id) {
      return structuredClone(memories.get(id));
    },
    async update(id, changes) {
      const memory = memories.get(id);
      if (memory === undefined) throw forgeError('INPUT_INVALID', `There is no memory ${id}`);
      const given = Object.entries(changes).filter(([, value]) => value !== undefined);
      return keep({ ...memory, ...Object.fromEntries(given), updatedAt: clock.now() });
    },
    async forget(id) {
      memories.delete(id);
    },
    async consolidate() {
      const strongest = new Map<string, Memory>();
      const before = memories.size;
      for (const memory of memories.values()) {
        const key = JSON.stringify([memory.repoId, memory.type, words(memory.content)]);
        const rival = strongest.get(key);
        if (rival === undefined || rival.confidence < memory.confidence) strongest.set(key, memory);
      }
      const kept = new Set([...strongest.values()].map(({ id }) => id));
      for (const id of memories.keys()) if (!kept.has(id)) memories.delete(id);
      return { merged: before - memories.size };
    },
  };
}

function words(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

function scored(memory: Memory, context: string): RecalledMemory[] {
  const wanted = new Set(words(context));
  if (context.trim() === '') return [{ ...structuredClone(memory), score: 1 }];
  const found = new Set(words(`${memory.content} ${memory.context} ${memory.tags.join(' ')}`));
  const shared = [...wanted].filter((word) => found.has(word)).length;
  return shared === 0 ? [] : [{ ...structuredClone(memory), score: shared / wanted.size }];
}
