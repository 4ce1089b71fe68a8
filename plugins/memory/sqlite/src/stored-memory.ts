import type { Memory } from '@forge/plugin-api';
import { jsonOf, numberOf, textOf, type Row, type Statement, type Value } from '@forge/libsql';
import { lexicalVector } from './lexical-vector.ts';
import { wordsOf } from './words.ts';

/** What `memoryOf` needs. */
export const memoryColumns = 'id, repo_id, type, confidence, created_at, updated_at, revision, body';

export function memoryOf(row: Row): Memory {
  const body = jsonOf(row, 'body') as Pick<Memory, 'content' | 'context' | 'tags' | 'provenance'>;
  return {
    id: textOf(row, 'id'),
    repoId: jsonOf(row, 'repo_id') as string,
    type: textOf(row, 'type') as Memory['type'],
    content: body.content,
    context: body.context,
    confidence: numberOf(row, 'confidence'),
    provenance: body.provenance,
    tags: body.tags,
    createdAt: numberOf(row, 'created_at'),
    updatedAt: numberOf(row, 'updated_at'),
  };
}

/** A repository's id as it is stored; JSON text, because it may hold any characters. */
export function storedRepoId(repoId: string): string {
  return JSON.stringify(repoId);
}

/** Puts a new memory and its words in place. */
export function insertion(memory: Memory): Statement[] {
  return [
    {
      sql: `INSERT INTO memories (id, repo_id, type, confidence, created_at, updated_at, decayed_at, revision, body, vector)
        VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?)`,
      params: [
        memory.id,
        storedRepoId(memory.repoId),
        memory.type,
        memory.confidence,
        memory.createdAt,
        memory.updatedAt,
        memory.updatedAt,
        bodyOf(memory),
        vectorOf(memory),
      ],
    },
    wordsInsertion(memory),
  ];
}

/** Replaces a memory if it still has that revision; the first step refuses when it was changed meanwhile. */
export function replacement(memory: Memory, revision: Value): Statement[] {
  return [
    {
      guard: 'revision',
      sql: `UPDATE memories SET repo_id = ?, type = ?, confidence = ?, updated_at = ?, decayed_at = ?,
        revision = revision + 1, body = ?, vector = ? WHERE id = ? AND revision = ?`,
      params: [
        storedRepoId(memory.repoId),
        memory.type,
        memory.confidence,
        memory.updatedAt,
        memory.updatedAt,
        bodyOf(memory),
        vectorOf(memory),
        memory.id,
        revision,
      ],
      expect: 1,
    },
    wordsRemoval(memory.id),
    wordsInsertion(memory),
  ];
}

export function removal(id: string): Statement[] {
  return [wordsRemoval(id), { sql: 'DELETE FROM memories WHERE id = ?', params: [id] }];
}

function wordsInsertion({ id, content, context, tags }: Memory): Statement {
  const searchable = [content, context, tags.join(' ')].map((text) => wordsOf(text).join(' '));
  return {
    sql: 'INSERT INTO words (rowid, content, context, tags) SELECT position, ?, ?, ? FROM memories WHERE id = ?',
    params: [...searchable, id],
  };
}

function wordsRemoval(id: string): Statement {
  return { sql: 'DELETE FROM words WHERE rowid = (SELECT position FROM memories WHERE id = ?)', params: [id] };
}

function bodyOf({ content, context, tags, provenance }: Memory): string {
  return JSON.stringify({ content, context, tags, provenance });
}

function vectorOf({ content, context, tags }: Memory): Value {
  const vector = lexicalVector([content, context, ...tags].join('\n'));
  return vector === undefined ? undefined : vectorBytes(vector);
}

/** As libsql's vector functions read it: 32-bit floats, little end first. */
export function vectorBytes(vector: Float32Array): Uint8Array {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
}
