import type { Migration } from '@forge/libsql';

/**
 * Free text is JSON text inside `body`. `words` holds only what can be searched, under the memory's `position`.
 * `absorbed` keeps what consolidation merged away, with its provenance, for as long as the memory it went into lives.
 */
export const migrations: readonly Migration[] = [
  {
    name: 'memories, words, absorbed',
    sql: `
      CREATE TABLE memories (
        position INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        repo_id TEXT NOT NULL,
        type TEXT NOT NULL,
        confidence REAL NOT NULL,
        created_at REAL NOT NULL,
        updated_at REAL NOT NULL,
        decayed_at REAL NOT NULL,
        revision INTEGER NOT NULL,
        body TEXT NOT NULL,
        vector BLOB
      ) STRICT;
      CREATE INDEX memories_by_repo ON memories (repo_id, type, created_at);
      CREATE VIRTUAL TABLE words USING fts5 (
        content, context, tags,
        content = '', contentless_delete = 1, tokenize = "porter unicode61 remove_diacritics 2"
      );
      CREATE TABLE absorbed (
        id TEXT PRIMARY KEY,
        into_id TEXT NOT NULL REFERENCES memories (id) ON DELETE CASCADE,
        at REAL NOT NULL,
        body TEXT NOT NULL
      ) STRICT;
      CREATE INDEX absorbed_by_memory ON absorbed (into_id);
    `,
  },
];
