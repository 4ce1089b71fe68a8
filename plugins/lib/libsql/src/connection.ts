import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import Libsql from 'libsql';
import { fault, faultFrom } from './fault.ts';
import { decodedRow, guardedSelect } from './guarded-select.ts';
import { bindable } from './parameters.ts';
import { emptyTable, type StepResult, type Table, type WorkerSettings } from './protocol.ts';
import type { Value } from './value.ts';

interface Prepared {
  readonly statement: Libsql.Statement;
  readonly columns: readonly string[];
}

const mostPrepared = 200;

/**
 * One libsql connection, as far as it can be trusted: reads go through the guarded query, writes through prepared
 * statements with one array of values. After any failure that is not the statement's own, throw it away with `discard`.
 */
export class Connection {
  readonly file: string;
  readonly #database: Libsql.Database;
  readonly #settings: WorkerSettings;
  readonly #prepared = new Map<string, Prepared>();

  constructor(settings: WorkerSettings) {
    this.file = settings.file;
    this.#settings = settings;
    this.#database = openFile(settings);
    try {
      this.#configure();
    } catch (error) {
      this.discard();
      throw faultFrom(error, this.file);
    }
  }

  get inTransaction(): boolean {
    // Asking a closed handle aborts the process.
    return this.#database.open && this.#database.inTransaction;
  }

  /** Runs SQL that takes no values: transaction control, migrations. */
  script(sql: string): void {
    this.#database.exec(sql);
  }

  pragma(name: string): unknown {
    return (this.#database.prepare(`PRAGMA ${name}`).raw().all([])[0] as unknown[] | undefined)?.[0];
  }

  /** Without a number: back to the configured one. */
  busyTimeout(milliseconds: number = this.#settings.busyTimeoutMs): void {
    this.script(`PRAGMA busy_timeout = ${milliseconds}`);
  }

  /** Every row is read, so that no statement is left open, which would hold an old snapshot. */
  read(sql: string, params: readonly Value[], firstRowOnly: boolean): Table {
    const { statement, columns } = this.#cached(firstRowOnly ? `first ${sql}` : `all ${sql}`, () => {
      const names = this.#database
        .prepare(sql)
        .columns()
        .map((column) => column.name);
      const guarded = this.#database.prepare(guardedSelect(sql, names.length, firstRowOnly));
      return { statement: guarded.raw().safeIntegers(true), columns: names };
    });
    const rows = statement.all(bindable(params)) as unknown[][];
    return { columns, rows: rows.map((row) => decodedRow(row, columns, sql)) };
  }

  /** Runs one step of a write: a change, or a query, which `reads` then tells. */
  step(sql: string, params: readonly Value[]): StepResult & { readonly reads: boolean } {
    const { statement } = this.#cached(sql, () => ({ statement: this.#database.prepare(sql), columns: [] }));
    if (statement.reader) return { reads: true, changes: 0, lastInsertRowid: 0, table: this.read(sql, params, false) };
    const { changes, lastInsertRowid } = statement.run(bindable(params));
    return { reads: false, changes, lastInsertRowid: Number(lastInsertRowid), table: emptyTable };
  }

  /** BEGIN, COMMIT and their like, prepared once. */
  control(sql: string): void {
    this.#cached(sql, () => ({ statement: this.#database.prepare(sql), columns: [] })).statement.run([]);
  }

  withSecond(use: (second: Connection) => void): void {
    const second = new Connection(this.#settings);
    try {
      use(second);
    } finally {
      second.discard();
    }
  }

  rollBack(): void {
    if (this.inTransaction) this.script('ROLLBACK');
  }

  /**
   * Frees the lock and the handle; a second time does nothing. libsql keeps the files open until the statements are collected; ending the worker
   * ends that too.
   */
  discard(): void {
    this.#prepared.clear();
    try {
      this.rollBack();
    } finally {
      this.#database.close();
    }
  }

  #configure(): void {
    const { readOnly, synchronous } = this.#settings;
    // libsql's own `timeout` option is set as well, because changing the journal mode may already meet a lock.
    this.busyTimeout();
    if (!readOnly) {
      this.script(
        `PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous}; PRAGMA journal_size_limit = 67108864`,
      );
    }
    this.script('PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY');
  }

  #cached(key: string, prepare: () => Prepared): Prepared {
    const known = this.#prepared.get(key);
    const prepared = known ?? prepare();
    // Taking it out and putting it back keeps the map in order of use.
    if (known !== undefined) this.#prepared.delete(key);
    this.#prepared.set(key, prepared);
    if (this.#prepared.size > mostPrepared) this.#prepared.delete(this.#prepared.keys().next().value ?? '');
    return prepared;
  }
}

function openFile(settings: WorkerSettings): Libsql.Database {
  const { file, readOnly, mustExist, busyTimeoutMs } = settings;
  // libsql's own `readonly` writes and its `fileMustExist` creates the file.
  if ((readOnly || mustExist) && !existsSync(file))
    throw fault('STORE_MISSING', `No database at ${file}`, { where: file });
  if (!readOnly) makeFolder(dirname(file), file);
  const name = readOnly ? `${pathToFileURL(file).href}?mode=ro` : file;
  try {
    return new Libsql(name, { timeout: busyTimeoutMs });
  } catch (error) {
    throw faultFrom(error, file);
  }
}

function makeFolder(folder: string, file: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw fault('STORE_FAILED', 'The folder of the database cannot be made', { where: file, why }, error);
  }
}
