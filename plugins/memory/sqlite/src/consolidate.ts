import type { Memory } from '@forge/plugin-api';
import { numberOf, type Database, type Row, type Statement, type Value } from '@forge/libsql';
import { fingerprint } from './fingerprint.ts';
import { memoryColumns, memoryOf, removal, replacement } from './stored-memory.ts';

const day = 24 * 3_600_000;
const halfLife = 180 * day;
// How many are read or written at once.
const batch = 500;

interface Candidate {
  readonly memory: Memory;
  readonly revision: Value;
}

/**
 * What nobody confirmed fades: the confidence of a memory that an agent stored halves in 180 days without an update.
 * Counted from the last time it was done, so doing it often changes nothing.
 */
export async function fade(open: Database, now: number): Promise<void> {
  const rows = await open.all(
    `SELECT id, revision, confidence, decayed_at FROM memories
      WHERE decayed_at <= ? AND json_extract(body, '$.provenance.author') = 'agent'`,
    [now - day],
  );
  const statements = rows.map((row): Statement => {
    const faded = numberOf(row, 'confidence') * 0.5 ** ((now - numberOf(row, 'decayed_at')) / halfLife);
    return {
      // Without effect on what was changed meanwhile: that has just been confirmed.
      sql: 'UPDATE memories SET confidence = ?, decayed_at = ?, revision = revision + 1 WHERE id = ? AND revision = ?',
      params: [faded, now, row['id'], row['revision']],
    };
  });
  for (let start = 0; start < statements.length; start += batch)
    await open.write(statements.slice(start, start + batch));
}

/** Merges near duplicates of each repository and type; the rest of a group goes into its strongest memory. */
export async function merge(open: Database, now: number): Promise<number> {
  let merged = 0;
  for (const ids of await nearDuplicates(open)) {
    const rows = await open.all(`SELECT ${memoryColumns} FROM memories WHERE id IN (SELECT value FROM json_each(?))`, [
      JSON.stringify(ids),
    ]);
    const [strongest, ...others] = rows
      .map((row): Candidate => ({ memory: memoryOf(row), revision: row['revision'] }))
      .sort(byStrength);
    if (strongest === undefined || others.length === 0) continue;
    const outcome = await open.write(absorption(strongest, others, now));
    // Refused when somebody changed one of them meanwhile: they are looked at again the next time.
    if (outcome.committed) merged += others.length;
  }
  return merged;
}

/** Ids of memories that say the same. Read in batches, so that other work goes on meanwhile. */
async function nearDuplicates(open: Database): Promise<string[][]> {
  const groups = new Map<string, string[]>();
  let position: Value = 0;
  for (;;) {
    const rows: readonly Row[] = await open.all(
      `SELECT position, ${memoryColumns} FROM memories WHERE position > ? ORDER BY position LIMIT ?`,
      [position, batch],
    );
    for (const row of rows) {
      const { id, repoId, type, content, context } = memoryOf(row);
      const key = JSON.stringify([repoId, type, fingerprint(`${content}\n${context}`)]);
      groups.set(key, [...(groups.get(key) ?? []), id]);
    }
    position = rows.at(-1)?.['position'];
    if (rows.length < batch) return [...groups.values()].filter((ids) => ids.length > 1);
  }
}

function byStrength({ memory: left }: Candidate, { memory: right }: Candidate): number {
  return right.confidence - left.confidence || right.updatedAt - left.updatedAt || (left.id < right.id ? -1 : 1);
}

function absorption(strongest: Candidate, others: readonly Candidate[], now: number): Statement[] {
  const tags = [...new Set([strongest, ...others].flatMap(({ memory }) => memory.tags))];
  const survivor = strongest.memory.id;
  return [
    ...replacement({ ...strongest.memory, tags }, strongest.revision),
    ...others.flatMap(({ memory, revision }): Statement[] => [
      {
        guard: 'revision',
        sql: 'SELECT 1 FROM memories WHERE id = ? AND revision = ?',
        params: [memory.id, revision],
        expect: 1,
      },
      // What it had absorbed itself goes along.
      { sql: 'UPDATE absorbed SET into_id = ? WHERE into_id = ?', params: [survivor, memory.id] },
      ...removal(memory.id),
      {
        sql: 'INSERT INTO absorbed (id, into_id, at, body) VALUES (?, ?, ?, ?)',
        params: [memory.id, survivor, now, JSON.stringify(memory)],
      },
    ]),
  ];
}
