import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Connection } from '../src/connection.ts';
import type { WorkerSettings } from '../src/protocol.ts';
import { temporaryFolder } from './temporary-folder.ts';

function connect(settings: Partial<WorkerSettings> = {}): Connection {
  const connection = new Connection({
    file: join(temporaryFolder(), 'a.db'),
    readOnly: false,
    mustExist: false,
    busyTimeoutMs: 10,
    synchronous: 'NORMAL',
    migrations: [],
    ...settings,
  });
  onTestFinished(() => connection.discard());
  return connection;
}

test('opened for reading only, SQLite itself refuses to write', () => {
  const writable = connect();
  writable.script('CREATE TABLE t (v)');
  const connection = connect({ file: writable.file, readOnly: true });
  const refusal = expect.objectContaining({ code: 'SQLITE_READONLY' });
  expect(() => connection.step('INSERT INTO t VALUES (1)', [])).toThrow(refusal);
  expect(() => connection.script('PRAGMA user_version = 5')).toThrow(refusal);
  expect(connection.read('SELECT count(*) AS n FROM t', [], false).rows).toEqual([[0]]);
});

test.each([
  ['NORMAL', 1],
  ['FULL', 2],
] as const)('synchronous %s is what SQLite uses', (synchronous, level) => {
  const connection = connect({ synchronous });
  expect(Number(connection.pragma('synchronous'))).toBe(level);
  expect(connection.pragma('journal_mode')).toBe('wal');
  expect(Number(connection.pragma('foreign_keys'))).toBe(1);
});

test('300 different statements keep working, though only 200 stay prepared', () => {
  const connection = connect();
  for (let n = 0; n < 300; n += 1) expect(connection.read(`SELECT ${n} AS n`, [], false).rows).toEqual([[n]]);
  expect(connection.read('SELECT 0 AS n', [], false).rows).toEqual([[0]]);
});

test('a statement stays right when the schema changes under it', () => {
  const connection = connect();
  connection.script('CREATE TABLE t (v); INSERT INTO t VALUES (1)');
  expect(connection.read('SELECT v FROM t', [], false).rows).toEqual([[1]]);
  connection.script('ALTER TABLE t ADD COLUMN w; CREATE INDEX by_v ON t (v); INSERT INTO t VALUES (2, 3)');
  expect(connection.read('SELECT v FROM t', [], false).rows).toEqual([[1], [2]]);
});

test('discarding in the middle of a transaction undoes it and frees the lock', () => {
  const connection = connect();
  connection.script('CREATE TABLE t (v)');
  const other = connect({ file: connection.file });
  other.control('BEGIN IMMEDIATE');
  other.step('INSERT INTO t VALUES (1)', []);
  other.discard();
  connection.control('BEGIN IMMEDIATE');
  expect(connection.read('SELECT v FROM t', [], false).rows).toEqual([]);
});
