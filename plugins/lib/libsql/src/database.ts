import { isAbsolute } from 'node:path';
import { forgeError } from '@forge/plugin-api';
import { checkedStatement } from './checked-statement.ts';
import type { Migration } from './migrate.ts';
import type { Reply, Table, WireOutcome } from './protocol.ts';
import type { Row, Value } from './value.ts';
import { WorkerClient } from './worker-client.ts';
import type { Statement, WriteOutcome } from './write.ts';

export interface DatabaseOptions {
  /** Absolute path. Missing folders are made, readable by the owner alone. */
  readonly file: string;
  /** Steps that lead from an empty file to the schema of this version, oldest first. */
  readonly migrations: readonly Migration[];
  /** Nothing can be written, and a missing file or an older schema is an error. Default: false. */
  readonly readOnly?: boolean;
  /** A missing file is an error instead of being created. Default: false. */
  readonly mustExist?: boolean;
  /** How long one try waits for another process's lock, in milliseconds; there are three tries. Default: 5000. */
  readonly busyTimeoutMs?: number;
  /**
   * NORMAL: a write that was acknowledged survives a killed process. FULL: it survives a power cut too, at about five
   * times the price. Default: NORMAL.
   */
  readonly synchronous?: 'NORMAL' | 'FULL';
}

/**
 * A libsql database in a thread of its own. Every promise may be rejected with `STORE_BUSY`, `DISK_FULL`,
 * `STORE_CORRUPT`, `STORE_FAILED`, `STORE_CLOSED` or `STORE_CRASHED`, and with `STORE_VALUE` for a value that cannot be
 * stored unchanged. A rejected write has stored nothing; only after `STORE_CRASHED` is that not known.
 */
export interface Database {
  readonly file: string;
  readonly schemaVersion: number;
  /** False once it was closed or its thread has crashed. */
  readonly alive: boolean;
  /** Runs one SELECT. It sees every write of this object that was asked for before it. */
  all(sql: string, params?: readonly Value[]): Promise<Row[]>;
  /** The first row, if there is one. */
  get(sql: string, params?: readonly Value[]): Promise<Row | undefined>;
  /**
   * Commits the statements as one transaction, or none of them. Writes asked for while another is being committed are
   * committed together with their neighbours; a refused one does not touch them.
   *
   * @example
   * const outcome = await database.write([
   *   { guard: 'fence', sql: 'SELECT fence FROM runs WHERE id = ? AND fence = ?', params: [id, fence], expect: 1 },
   *   { sql: 'INSERT INTO events (run, seq, body) VALUES (?, ?, ?)', params: [id, seq, body], expect: 1 },
   * ]);
   * if (!outcome.committed) console.log(outcome.refusedBy); // 'fence', or 'constraint' when seq exists already
   */
  write(statements: readonly Statement[]): Promise<WriteOutcome>;
  /** Gives the space of what was deleted back. Nothing else is answered meanwhile, which may be seconds. */
  compact(): Promise<void>;
  /** Answers what was asked before, then frees the thread and the file. Calling it again does nothing. */
  close(): Promise<void>;
}

/**
 * Opens the file and brings its schema up to date.
 *
 * @throws STORE_MISSING, SCHEMA_TOO_NEW, SCHEMA_TOO_OLD, STORE_BUSY, DISK_FULL, STORE_CORRUPT, STORE_FAILED
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const {
    file,
    migrations,
    readOnly = false,
    mustExist = false,
    busyTimeoutMs = 5000,
    synchronous = 'NORMAL',
  } = options;
  if (!isAbsolute(file) || file.includes('\0')) {
    throw forgeError('STORE_FAILED', `The path of a database must be absolute: ${file}`, { where: file });
  }
  const client = new WorkerClient({ file, migrations, readOnly, mustExist, busyTimeoutMs, synchronous });
  const schemaVersion = await client.start();

  const read = async (sql: string, params: readonly Value[], firstRowOnly: boolean): Promise<Row[]> => {
    const statement = checkedStatement({ sql, params }, 'read');
    return rowsOf(tableOf(await client.send({ kind: 'read', statement, firstRowOnly })));
  };

  return {
    file,
    schemaVersion,
    get alive() {
      return client.alive;
    },
    all: (sql, params = []) => read(sql, params, false),
    get: async (sql, params = []) => (await read(sql, params, true))[0],
    write: async (statements) => {
      if (readOnly) {
        throw forgeError('STORE_FAILED', 'The database was opened for reading only', { where: file });
      }
      const checked = statements.map((statement) => checkedStatement(statement, 'write'));
      return outcomeOf(await client.send({ kind: 'write', statements: checked }));
    },
    compact: async () => void (await client.send({ kind: 'compact' })),
    close: () => client.close(),
  };
}

function tableOf(reply: Reply): Table {
  if (reply.kind === 'rows') return reply.table;
  throw new TypeError(`The database thread answered a read with ${reply.kind}`);
}

function outcomeOf(reply: Reply): WriteOutcome {
  if (reply.kind !== 'outcome') throw new TypeError(`The database thread answered a write with ${reply.kind}`);
  const outcome: WireOutcome = reply.outcome;
  if (!outcome.committed) {
    const { table, ...refusal } = outcome;
    return { ...refusal, rows: rowsOf(table) };
  }
  return { committed: true, results: outcome.results.map(({ table, ...rest }) => ({ ...rest, rows: rowsOf(table) })) };
}

function rowsOf({ columns, rows }: Table): Row[] {
  return rows.map((values) => {
    const row: Record<string, Value> = {};
    for (const [index, column] of columns.entries()) row[column] = values[index];
    return row;
  });
}
