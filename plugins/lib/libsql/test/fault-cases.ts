import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Libsql from 'libsql';
import { Connection } from '../src/connection.ts';
import { openDatabase, type Value } from '../src/index.ts';

/** A fault of libsql: what the library does by itself, and what the adapter does instead. */
export interface FaultCase {
  readonly name: string;
  raw(file: string): unknown;
  readonly rawResult: unknown;
  guarded(file: string): Promise<unknown>;
  readonly guardedResult: unknown;
}

/** The process is gone, and no try and catch could help. */
export const aborted = 'SIGABRT';

const loneSurrogate = JSON.stringify({ text: '\ud800' });

export const faultCases: readonly FaultCase[] = [
  {
    name: 'a boolean is bound',
    raw: (file) => open(file).prepare('SELECT ?').all([true]),
    rawResult: aborted,
    guarded: (file) => select(file, 'SELECT ? AS v', [true as never]),
    guardedResult: 'STORE_VALUE',
  },
  {
    name: 'a lone object is bound instead of an array',
    raw: (file) => open(file).prepare('SELECT ?').get(Buffer.from('x')),
    rawResult: aborted,
    guarded: (file) => select(file, 'SELECT ? AS v', Buffer.from('x') as never),
    guardedResult: 'STORE_VALUE',
  },
  {
    name: 'text is not UTF-8',
    raw: (file) => open(file).prepare("SELECT cast(x'61ff' AS text) AS v").all([]),
    rawResult: aborted,
    guarded: (file) => select(file, "SELECT cast(x'61ff' AS text) AS v"),
    guardedResult: 'STORE_CORRUPT',
  },
  {
    name: 'json_extract meets an escaped lone surrogate',
    raw: (file) => open(file).prepare("SELECT json_extract(?, '$.text') AS v").all([loneSurrogate]),
    rawResult: aborted,
    guarded: (file) => select(file, "SELECT json_extract(?, '$.text') AS v", [loneSurrogate]),
    guardedResult: 'STORE_CORRUPT',
  },
  {
    name: 'a char is a surrogate',
    raw: (file) => open(file).prepare('SELECT char(55296) AS v').all([]),
    rawResult: aborted,
    guarded: (file) => select(file, 'SELECT char(55296) AS v'),
    guardedResult: 'STORE_CORRUPT',
  },
  {
    name: 'a closed handle is asked whether it is in a transaction',
    raw: (file) => {
      const database = open(file);
      database.close();
      return database.inTransaction;
    },
    rawResult: aborted,
    guarded: async (file) => {
      const database = await openDatabase({ file, migrations });
      await database.close();
      const connection = new Connection({ ...closedSettings, file });
      connection.discard();
      connection.discard();
      return connection.inTransaction;
    },
    guardedResult: false,
  },
  {
    name: 'text with NUL is read',
    raw: (file) => open(file).prepare("SELECT cast(x'610062' AS text) AS v").all([]),
    rawResult: [{ v: 'a' }],
    guarded: (file) => select(file, "SELECT cast(x'610062' AS text) AS v"),
    guardedResult: [{ v: 'a\0b' }],
  },
  {
    name: 'text with NUL is bound',
    raw: (file) => open(file).prepare('SELECT ? AS v').all(['a\0b']),
    rawResult: [{ v: 'a' }],
    guarded: (file) => select(file, 'SELECT ? AS v', ['a\0b']),
    guardedResult: 'STORE_VALUE',
  },
  {
    name: 'text with a lone surrogate is bound',
    raw: (file) => open(file).prepare('SELECT ? AS v').all(['\ud800']),
    rawResult: [{ v: '\ufffd' }],
    guarded: (file) => select(file, 'SELECT ? AS v', ['\ud800']),
    guardedResult: 'STORE_VALUE',
  },
  {
    name: 'NaN is bound',
    raw: (file) => open(file).prepare('SELECT ? AS v').all([Number.NaN]),
    rawResult: [{ v: null }],
    guarded: (file) => select(file, 'SELECT ? AS v', [Number.NaN]),
    guardedResult: 'STORE_VALUE',
  },
  {
    name: 'a value is missing',
    raw: (file) => open(file).prepare('SELECT ? AS v, ? AS w').all([1]),
    rawResult: [{ v: 1, w: null }],
    guarded: (file) => select(file, 'SELECT ? AS v, ? AS w', [1]),
    guardedResult: 'STORE_VALUE',
  },
  {
    name: 'there is a value too many',
    raw: (file) => open(file).prepare('SELECT ? AS v').all([1, 2]),
    rawResult: [{ v: 1 }],
    guarded: (file) => select(file, 'SELECT ? AS v', [1, 2]),
    guardedResult: 'STORE_VALUE',
  },
  {
    name: 'a whole number is bound',
    raw: (file) => open(file).prepare('SELECT typeof(?) AS v').all([5]),
    rawResult: [{ v: 'real' }],
    guarded: (file) => select(file, 'SELECT typeof(?) AS v', [5]),
    guardedResult: [{ v: 'integer' }],
  },
  {
    name: 'an integer is above 2^53',
    raw: (file) =>
      open(file)
        .prepare('SELECT CAST(9007199254740993 AS text) = ? AS v')
        .all([String(readRaw(file))]),
    rawResult: [{ v: 0 }],
    guarded: async (file) => {
      const [row] = (await select(file, 'SELECT 9007199254740993 AS v')) as [{ v: bigint }];
      return String(row.v);
    },
    guardedResult: '9007199254740993',
  },
  {
    name: 'a second statement follows',
    raw: (file) => open(file).prepare('SELECT 1 AS v; DELETE FROM t').all([]),
    rawResult: [{ v: 1 }],
    guarded: (file) => select(file, 'SELECT 1 AS v; DELETE FROM t'),
    guardedResult: 'STORE_FAILED',
  },
  {
    name: 'changed rows are counted with RETURNING',
    raw: (file) => open(file).prepare('INSERT INTO t VALUES (1), (2) RETURNING v').run([]).changes,
    rawResult: 0,
    guarded: (file) => write(file, 'INSERT INTO t VALUES (1), (2) RETURNING v'),
    guardedResult: 'STORE_FAILED',
  },
  {
    name: 'one row is read',
    raw: (file) => Object.keys(open(file).prepare('SELECT 1 AS v').get([]) as object),
    rawResult: ['v', '_metadata'],
    guarded: async (file) => {
      const database = await openDatabase({ file, migrations });
      const row = await database.get('SELECT 1 AS v');
      await database.close();
      return row;
    },
    guardedResult: { v: 1 },
  },
  {
    name: 'the file is opened for reading only',
    raw: (file) => {
      open(file).close();
      const database = new Libsql(file, { readonly: true });
      return database.prepare('INSERT INTO t VALUES (1)').run([]).changes;
    },
    rawResult: 1,
    guarded: async (file) => {
      await (await openDatabase({ file, migrations })).close();
      const database = await openDatabase({ file, migrations, readOnly: true });
      return database.write([{ sql: 'INSERT INTO t VALUES (1)' }]).finally(() => database.close());
    },
    guardedResult: 'STORE_FAILED',
  },
  {
    name: 'the file must exist and does not',
    raw: (file) => {
      mkdirSync(dirname(file), { recursive: true });
      new Libsql(file, { fileMustExist: true }).exec('CREATE TABLE made(v)');
      return existsSync(file);
    },
    rawResult: true,
    guarded: (file) => openDatabase({ file, migrations, mustExist: true }).finally(() => missing(file)),
    guardedResult: 'STORE_MISSING',
  },
  {
    name: 'another connection is writing',
    raw: (file) => {
      open(file).exec('BEGIN IMMEDIATE');
      return new Libsql(file).exec('BEGIN IMMEDIATE');
    },
    // The default time limit is 0.
    rawResult: 'SQLITE_BUSY',
    guarded: async (file) => {
      const database = await openDatabase({ file, migrations });
      const other = new Libsql(file);
      other.exec('BEGIN IMMEDIATE');
      const outcome = database.write([{ sql: 'INSERT INTO t VALUES (1)' }]);
      other.exec('COMMIT');
      const { committed } = await outcome;
      await database.close();
      return committed;
    },
    guardedResult: true,
  },
  {
    name: 'a transaction reads, another writes, then the first writes',
    raw: (file) => {
      const first = open(file);
      first.exec('BEGIN');
      first.prepare('SELECT count(*) FROM t').all([]);
      new Libsql(file).exec('INSERT INTO t VALUES (2)');
      return first.exec('INSERT INTO t VALUES (1)');
    },
    rawResult: 'SQLITE_BUSY_SNAPSHOT',
    guarded: async (file) => {
      const [first, second] = [await openDatabase({ file, migrations }), await openDatabase({ file, migrations })];
      const readThenWrite = [{ sql: 'SELECT count(*) AS n FROM t' }, { sql: 'INSERT INTO t VALUES (1)' }];
      const outcomes = await Promise.all([first.write(readThenWrite), second.write(readThenWrite)]);
      await Promise.all([first.close(), second.close()]);
      return outcomes.map((outcome) => outcome.committed);
    },
    guardedResult: [true, true],
  },
  {
    name: 'the handle is closed while a statement is alive',
    raw: (file) => {
      const database = open(file);
      const statement = database.prepare('SELECT 1 AS v');
      database.close();
      return [existsSync(`${file}-wal`), statement.all([])];
    },
    rawResult: [true, [{ v: 1 }]],
    guarded: async (file) => {
      const database = await openDatabase({ file, migrations });
      await database.write([{ sql: 'INSERT INTO t VALUES (1)' }]);
      await database.close();
      return existsSync(`${file}-wal`);
    },
    guardedResult: false,
  },
];

const closedSettings = {
  readOnly: false,
  mustExist: true,
  busyTimeoutMs: 10,
  synchronous: 'NORMAL',
  migrations: [],
} as const;
const migrations = [{ name: 'first', sql: 'CREATE TABLE t (v)' }];

function open(file: string): Libsql.Database {
  mkdirSync(dirname(file), { recursive: true });
  const database = new Libsql(file, { timeout: 0 });
  database.exec('PRAGMA journal_mode = WAL; CREATE TABLE IF NOT EXISTS t (v)');
  return database;
}

function readRaw(file: string): unknown {
  return (open(file).prepare('SELECT 9007199254740993 AS v').all([]) as { v: number }[])[0]?.v;
}

async function select(file: string, sql: string, params: readonly Value[] = []): Promise<unknown> {
  const database = await openDatabase({ file, migrations });
  return database.all(sql, params).finally(() => database.close());
}

async function write(file: string, sql: string): Promise<unknown> {
  const database = await openDatabase({ file, migrations });
  return database.write([{ sql }]).finally(() => database.close());
}

function missing(file: string): void {
  if (existsSync(file)) throw new Error('the file was created');
}
