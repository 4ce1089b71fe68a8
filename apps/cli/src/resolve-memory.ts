import { forgeError, type Memory, type MemoryStore } from '@forge/plugin-api';
import { oneLine } from './render/text-width.ts';
import { matchId } from './resolve-id.ts';

// As many as one recall gives.
const most = 1000;

/** A memory of this repository, or one that holds everywhere, by its id or a unique part of it. Rejects with USAGE. */
export async function resolveMemory(memory: MemoryStore, repoId: string, given: string): Promise<Memory> {
  const exact = await memory.get(given);
  if (exact !== undefined) return exact;
  const scopes = ['current', 'global'] as const;
  const known = await Promise.all(scopes.map((scope) => memory.recall({ context: '', scope, repoId, limit: most })));
  const candidates = new Map(
    known.flat().map((found) => [found.id, { id: found.id, label: oneLine(found.content), found }]),
  );
  const match = matchId(given, [...candidates.values()], 'memory');
  if (match !== undefined) return match.found;
  throw forgeError('USAGE', `There is no memory ${given} here`, { fix: 'see what there is: forge memory list' });
}
