import { forgeError, recallQuerySchema, z, type RecalledMemory, type RecallQuery } from '@forge/plugin-api';
import { optionalNumberOf, type DatabaseOnDemand, type Row, type Value } from '@forge/libsql';
import { lexicalVector } from './lexical-vector.ts';
import { memoryColumns, memoryOf, storedRepoId, vectorBytes } from './stored-memory.ts';
import { tellingWords } from './words.ts';

const mostWords = 32;
// At least, from each way of looking; the best of both together are what is ranked.
const leastCandidates = 100;
// Texts that have nothing in common stay below this, because of parts of words that are common to most.
const leastSimilarity = 0.15;
const wordsWeight = 0.5;
// A memory held for certain comes before a doubtful one that fits as well.
const confidenceWeight = 0.2;

const columns = memoryColumns
  .split(', ')
  .map((column) => `m.${column}`)
  .join(', ');

const filter = `m.repo_id = ?1 AND m.confidence >= ?2 AND (?3 IS NULL OR m.type = ?3)
  AND (?4 IS NULL OR NOT EXISTS (SELECT 1 FROM json_each(?4) AS wanted
    WHERE wanted.value NOT IN (SELECT value FROM json_each(m.body, '$.tags'))))`;

const newestSql = `SELECT ${columns} FROM memories AS m WHERE ${filter}
  ORDER BY m.created_at DESC, m.position DESC LIMIT ?5`;

const distance = 'CASE WHEN m.vector IS NULL THEN NULL ELSE vector_distance_cos(m.vector, ?6) END';
const nearestSql = `
  WITH by_words AS MATERIALIZED (
    SELECT words.rowid AS position, bm25(words, 2.0, 1.0, 2.0) AS rank FROM words
      JOIN memories AS m ON m.position = words.rowid
      WHERE words MATCH ?5 AND ${filter} ORDER BY rank LIMIT ?7
  ), by_vector AS MATERIALIZED (
    SELECT m.position, vector_distance_cos(m.vector, ?6) AS distance FROM memories AS m
      WHERE m.vector IS NOT NULL AND ${filter} ORDER BY distance LIMIT ?7
  )
  SELECT ${columns}, by_words.rank, ${distance} AS distance FROM memories AS m
    LEFT JOIN by_words ON by_words.position = m.position
    WHERE m.position IN (SELECT position FROM by_words UNION SELECT position FROM by_vector)`;

/**
 * Looks by words (bm25) and by lexical vectors (parts of words, so typing errors and inflections count) and ranks what
 * either finds. What fits neither is left out, so the answer may be empty.
 */
export async function recall(database: DatabaseOnDemand, query: RecallQuery): Promise<readonly RecalledMemory[]> {
  const { context, type, scope, repoId, limit, minConfidence, filters } = checked(query);
  const tags = filters?.tags === undefined ? undefined : JSON.stringify(filters.tags);
  const filterValues: Value[] = [storedRepoId(scopedRepoId(scope, repoId)), minConfidence, type, tags];
  const open = await database.use();
  if (context.trim() === '') {
    const rows = await open.all(newestSql, [...filterValues, limit]);
    return rows.map((row) => ({ ...memoryOf(row), score: 1 }));
  }
  const vector = lexicalVector(context);
  if (vector === undefined) return [];
  const candidates = Math.max(limit, leastCandidates);
  const rows = await open.all(nearestSql, [...filterValues, matchOf(context), vectorBytes(vector), candidates]);
  return ranked(rows).slice(0, limit);
}

/** Any of the words, each quoted, so that nothing in them is understood as an operator. */
function matchOf(context: string): string {
  return [...new Set(tellingWords(context))]
    .slice(0, mostWords)
    .map((word) => `"${word}"`)
    .join(' OR ');
}

function ranked(rows: readonly Row[]): RecalledMemory[] {
  // bm25 is below zero, and lower is better; what it means depends on the collection, so it is taken against the best.
  const bestRank = Math.min(...rows.map((row) => optionalNumberOf(row, 'rank') ?? 0));
  const scored = rows.flatMap((row) => {
    const rank = optionalNumberOf(row, 'rank');
    const near = Math.max(0, 1 - (optionalNumberOf(row, 'distance') ?? 1));
    if (rank === undefined && near < leastSimilarity) return [];
    const byWords = rank === undefined || bestRank === 0 ? 0 : rank / bestRank;
    const fit = wordsWeight * byWords + (1 - wordsWeight) * Math.min(1, near);
    const memory = memoryOf(row);
    return [{ ...memory, score: fit * (1 - confidenceWeight * (1 - memory.confidence)) }];
  });
  return scored.sort((left, right) => right.score - left.score || (left.id < right.id ? -1 : 1));
}

/** With the defaults filled in. */
function checked(query: RecallQuery): z.output<typeof recallQuerySchema> {
  const parsed = recallQuerySchema.safeParse(query);
  if (parsed.success) return parsed.data;
  throw forgeError('INPUT_INVALID', 'A query for memories is not valid', { why: z.prettifyError(parsed.error) });
}

function scopedRepoId(scope: string, repoId: string | undefined): string {
  if (scope === 'global') return 'global';
  if (scope.startsWith('repo:')) return scope.slice('repo:'.length);
  if (repoId !== undefined) return repoId;
  throw forgeError('INPUT_INVALID', 'A memory was recalled for the current repository, but it is not known which', {
    where: 'repoId',
    fix: 'Give repoId, or another scope',
  });
}
