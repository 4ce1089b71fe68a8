import { forgeError, isForgeError, type MemoryStore, type RecalledMemory } from '@forge/plugin-api';
import type { ForgeClient } from '@forge/sdk';

/** What a server has learned in one of its repositories. */
export function createRemoteMemory({ memory }: ForgeClient, repository: string | undefined): MemoryStore {
  const query = { repository };
  const unsupported = async (): Promise<never> => {
    throw forgeError('UNSUPPORTED', 'A server learns from its own runs');
  };
  return {
    name: 'server',
    store: unsupported,
    consolidate: unsupported,
    async recall({ context, scope, type, limit = 10 }) {
      const { items } = await memory.search({ ...query, q: context, scope, type, limit: Math.min(limit, 500) });
      return items as readonly RecalledMemory[];
    },
    async get(id) {
      try {
        return await memory.get(id, query);
      } catch (error) {
        if (isForgeError(error, 'MEMORY_NOT_FOUND') || isForgeError(error, 'INPUT_INVALID')) return undefined;
        throw error;
      }
    },
    update: (id, changes) => memory.edit(id, changes, query),
    forget: (id) => memory.forget(id, query),
  };
}
