import type { Migration } from '@forge/libsql';

/**
 * Free text is stored as JSON text, which survives what plain text in libsql does not (NUL, lone surrogates). Times and
 * costs are REAL, the type of a JavaScript number. The lease lives in the run's row, so that one UPDATE of that row
 * checks fence, sequence and hash at once.
 */
export const migrations: readonly Migration[] = [
  {
    name: 'runs, events, requests, checkpoints',
    sql: `
      CREATE TABLE runs (
        id TEXT PRIMARY KEY,
        task TEXT NOT NULL,
        repository TEXT NOT NULL,
        branch TEXT NOT NULL,
        status TEXT NOT NULL,
        phase TEXT,
        reason TEXT,
        wake_at REAL,
        cost_usd REAL NOT NULL,
        tokens REAL NOT NULL,
        created_at REAL NOT NULL,
        updated_at REAL NOT NULL,
        last_seq INTEGER NOT NULL,
        last_hash TEXT NOT NULL,
        stop_requested INTEGER NOT NULL,
        fence INTEGER NOT NULL,
        lease_owner TEXT,
        lease_owner_id TEXT,
        lease_expires_at REAL
      ) STRICT;
      CREATE TABLE events (
        run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        seq INTEGER NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (run_id, seq)
      ) STRICT;
      CREATE TABLE requests (
        id TEXT PRIMARY KEY,
        run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        created_at REAL NOT NULL,
        body TEXT NOT NULL,
        decision TEXT
      ) STRICT;
      CREATE INDEX requests_by_run ON requests (run_id);
      CREATE TABLE checkpoints (
        run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        id TEXT NOT NULL,
        seq INTEGER NOT NULL,
        created_at REAL NOT NULL,
        state TEXT NOT NULL,
        PRIMARY KEY (run_id, id)
      ) STRICT;
    `,
  },
  {
    name: 'webhooks and what they have to be told',
    sql: `
      CREATE TABLE webhooks (
        id TEXT PRIMARY KEY,
        events TEXT NOT NULL,
        enabled INTEGER NOT NULL,
        created_at REAL NOT NULL,
        body TEXT NOT NULL
      ) STRICT;
      CREATE TABLE deliveries (
        id TEXT PRIMARY KEY,
        webhook_id TEXT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
        run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        seq INTEGER NOT NULL,
        created_at REAL NOT NULL,
        state TEXT NOT NULL,
        attempts INTEGER NOT NULL,
        next_at REAL NOT NULL,
        claimed_until REAL NOT NULL,
        outcome TEXT
      ) STRICT;
      CREATE INDEX deliveries_by_webhook ON deliveries (webhook_id, state);
      CREATE INDEX deliveries_by_run ON deliveries (run_id);
    `,
  },
];
