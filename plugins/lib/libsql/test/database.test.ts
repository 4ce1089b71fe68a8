import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Libsql from 'libsql';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openDatabase, type Database, type DatabaseOptions, type Statement } from '../src/index.ts';
import { temporaryFolder } from './temporary-folder.ts';

const migrations = [
  {
    name: 'events',
    sql: `CREATE TABLE runs (id TEXT PRIMARY KEY, fence INTEGER NOT NULL) STRICT;
      CREATE TABLE events (run TEXT REFERENCES runs(id) DEFERRABLE INITIALLY DEFERRED, seq INTEGER, body ANY,
        PRIMARY KEY (run, seq)) STRICT;
      INSERT INTO runs VALUES ('r', 7)`,
  },
];

async function open(options: Partial<DatabaseOptions> = {}): Promise<Database> {
  const database = await openDatabase({ file: join(temporaryFolder(), 'state', 'a.db'), migrations, ...options });
  onTestFinished(() => database.close());
  return database;
}

const insert = (seq: number, body: Statement['params'] = ['x']): Statement => ({
  sql: 'INSERT INTO events VALUES (?, ?, ?)',
  params: ['r', seq, ...body],
  expect: 1,
});
const count = async (database: Database) => (await database.get('SELECT count(*) AS n FROM events'))?.n;

describe('values', () => {
  test.each([
    ['text', 'a "quoted" 😀 \u202e text'],
    ['empty text', ''],
    ['a whole number', 42],
    ['a fraction', 0.1 + 0.2],
    ['a huge number', 1e300],
    ['a large integer', 2n ** 62n + 1n],
    ['the smallest integer', -(2n ** 63n)],
    ['bytes', new Uint8Array([0, 255, 128])],
    ['no bytes', new Uint8Array()],
    ['nothing', undefined],
  ])('%s comes back as it was', async (_name, value) => {
    const database = await open();
    await database.write([insert(1, [value])]);
    expect(await database.all('SELECT body FROM events')).toEqual([{ body: value }]);
  });

  test('bytes are the bytes of the view, not of the buffer behind it', async () => {
    const database = await open();
    const view = new Uint8Array([1, 2, 3, 4]).subarray(1, 3);
    await database.write([insert(1, [view])]);
    expect(await database.get('SELECT body FROM events')).toEqual({ body: new Uint8Array([2, 3]) });
  });

  test.each([[true], [null], [{}], [[1]], [new Date(0)], [Symbol('s')], [2n ** 63n], [Number.POSITIVE_INFINITY]])(
    '%s is refused',
    async (value) => {
      const database = await open();
      const refusal = { code: 'STORE_VALUE' };
      await expect(database.all('SELECT ? AS v', [value as never])).rejects.toMatchObject(refusal);
      await expect(database.write([insert(1, [value as never])])).rejects.toMatchObject(refusal);
    },
  );
});

describe('reading', () => {
  test('order, limit and expressions are those of the query', async () => {
    const database = await open();
    await database.write([1, 2, 3, 4].map((seq) => insert(seq)));
    const rows = await database.all(
      'SELECT seq * 10 AS tens, NULL AS none FROM events ORDER BY seq DESC LIMIT 3 -- last',
    );
    expect(rows).toEqual([40, 30, 20].map((tens) => ({ tens, none: undefined })));
    expect(await database.get('SELECT seq FROM events ORDER BY seq DESC')).toEqual({ seq: 4 });
    expect(await database.get('SELECT seq FROM events WHERE seq > 9')).toBeUndefined();
    expect(await database.all('WITH q AS (SELECT 1 AS a) SELECT a FROM q')).toEqual([{ a: 1 }]);
    expect(await database.all('VALUES (1), (2)')).toEqual([{ column1: 1 }, { column1: 2 }]);
  });

  test('a read sees the writes asked for before it', async () => {
    const database = await open();
    const write = database.write([insert(1)]);
    expect(await count(database)).toBe(1);
    await write;
  });

  test.each([
    'DELETE FROM events',
    'WITH q AS (SELECT 1) DELETE FROM events',
    'PRAGMA user_version = 9',
    'BEGIN',
    "ATTACH 'x.db' AS x",
    'SELECT nothing FROM nowhere',
    'SELECT :name',
    '',
  ])('refuses %j', async (sql) => {
    const database = await open();
    await expect(database.all(sql)).rejects.toMatchObject({ code: 'STORE_FAILED', details: { data: { sql } } });
    expect(await database.get('SELECT fence FROM runs')).toEqual({ fence: 7 });
  });
});

describe('writing', () => {
  test('all of a write is stored, or nothing', async () => {
    const database = await open();
    const outcome = await database.write([insert(1), insert(2), { sql: 'SELECT count(*) AS n FROM events' }]);
    expect(outcome).toMatchObject({ committed: true, results: [{ changes: 1 }, { changes: 1 }, { rows: [{ n: 2 }] }] });
    expect(await database.write([insert(3), insert(2)])).toMatchObject({
      committed: false,
      refusedBy: 'constraint',
      statement: 1,
      message: expect.stringContaining('UNIQUE'),
    });
    expect(await count(database)).toBe(2);
  });

  test('a guard that does not hold undoes the write and says what it found', async () => {
    const database = await open();
    const fence = {
      guard: 'fence',
      sql: 'SELECT fence FROM runs WHERE id = ? AND fence > ?',
      params: ['r', 6],
      expect: 0,
    };
    expect(await database.write([insert(1), fence])).toEqual({
      committed: false,
      refusedBy: 'fence',
      statement: 1,
      found: 1,
      rows: [{ fence: 7 }],
      message: 'fence: returned 1 rows, expected 0',
    });
    const nobody = { sql: 'UPDATE runs SET fence = 8 WHERE id = ?', params: ['s'], expect: 1 };
    expect(await database.write([insert(1), nobody])).toMatchObject({ refusedBy: 'statement 1', found: 0 });
    expect(await count(database)).toBe(0);
  });

  test('a change that starts with WITH counts its rows', async () => {
    const database = await open();
    const sql = "WITH q(seq) AS (VALUES (1), (2)) INSERT INTO events SELECT 'r', seq, 'x' FROM q";
    expect(await database.write([{ sql, expect: 2 }])).toMatchObject({ committed: true });
  });

  test('a refused write leaves its neighbours of the same commit alone', async () => {
    const database = await open();
    const outcomes = await Promise.all([
      database.write([insert(1)]),
      database.write([insert(2), insert(1)]),
      database.write([insert(4), { sql: 'SELECT 1', expect: 0 }]),
      database.write([insert(3)]),
    ]);
    expect(outcomes.map(({ committed }) => committed)).toEqual([true, false, false, true]);
    expect(await database.all('SELECT seq FROM events')).toEqual([{ seq: 1 }, { seq: 3 }]);
  });

  test('so do writes that take the whole transaction with them', async () => {
    const database = await open();
    const writes = [
      database.write([insert(1)]),
      database.write([insert(2), insert(1)]),
      database.write([{ sql: 'INSERT INTO nowhere VALUES (1)' }]),
      database.write([{ sql: "INSERT INTO events VALUES ('unknown run', 1, 'x')" }]),
      database.write([{ sql: "INSERT OR ROLLBACK INTO events VALUES ('r', 1, 'x')" }]),
      database.write([insert(3)]),
    ];
    const settled = await Promise.allSettled(writes);
    const results = settled.map((one) => (one.status === 'fulfilled' ? one.value.committed : one.reason.code));
    // The unknown run shows only when its transaction commits; INSERT OR ROLLBACK takes the transaction with it.
    expect(results).toEqual([true, false, 'STORE_FAILED', false, 'STORE_FAILED', true]);
    expect(await database.all('SELECT seq FROM events')).toEqual([{ seq: 1 }, { seq: 3 }]);
  });

  test.each(['COMMIT', 'PRAGMA query_only = OFF', 'CREATE TABLE x (y)', 'INSERT INTO runs VALUES (1, 2) RETURNING id'])(
    'refuses %j',
    async (sql) => {
      const database = await open();
      await expect(database.write([{ sql }])).rejects.toMatchObject({ code: 'STORE_FAILED' });
    },
  );

  test('foreign keys are kept', async () => {
    const database = await open();
    const orphan = { sql: "INSERT INTO events VALUES ('unknown run', 1, 'x')" };
    expect(await database.write([orphan])).toMatchObject({ committed: false, refusedBy: 'constraint' });
    expect(await count(database)).toBe(0);
  });
});

describe('faults of the machine', () => {
  test('a lock that is kept ends in STORE_BUSY, and the next write works', async () => {
    const database = await open({ busyTimeoutMs: 20 });
    const other = new Libsql(database.file);
    other.exec('BEGIN IMMEDIATE');
    await expect(database.write([insert(1)])).rejects.toMatchObject({ code: 'STORE_BUSY' });
    expect(await count(database)).toBe(0);
    other.exec('ROLLBACK');
    expect(await database.write([insert(1)])).toMatchObject({ committed: true });
  });

  test('a file that is no database is named', async () => {
    const file = join(temporaryFolder(), 'a.db');
    writeFileSync(file, 'this is a letter to a friend '.repeat(50));
    await expect(open({ file })).rejects.toMatchObject({ code: 'STORE_CORRUPT', details: { where: file } });
  });

  test.each([
    ['a folder', ''],
    ['below a file', 'file/a.db'],
  ])('%s as path is STORE_FAILED', async (_name, path) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    await expect(open({ file: join(folder, path) })).rejects.toMatchObject({ code: 'STORE_FAILED' });
  });

  test('a relative path is refused', async () => {
    await expect(open({ file: 'a.db' })).rejects.toMatchObject({ code: 'STORE_FAILED' });
  });
});

describe('opening and closing', () => {
  test('reading only reads, and needs an existing file', async () => {
    const writable = await open();
    await writable.write([insert(1)]);
    const database = await open({ file: writable.file, readOnly: true });
    expect(await count(database)).toBe(1);
    await expect(database.write([insert(2)])).rejects.toMatchObject({ code: 'STORE_FAILED' });
    const file = join(temporaryFolder(), 'missing', 'a.db');
    await expect(open({ file, readOnly: true })).rejects.toMatchObject({
      code: 'STORE_MISSING',
      details: { where: file },
    });
    await expect(open({ file, mustExist: true })).rejects.toMatchObject({ code: 'STORE_MISSING' });
    expect(existsSync(join(file, '..'))).toBe(false);
  });

  test('reading only works on odd file names, which become a URL', async () => {
    const file = join(temporaryFolder(), 'a b?mode=rw#%20é.db');
    await (await open({ file })).write([insert(1)]);
    expect(await count(await open({ file, readOnly: true }))).toBe(1);
  });

  test('closing answers what was asked before, then leaves one file and no handle', async () => {
    const database = await open();
    const write = database.write([insert(1)]);
    await Promise.all([database.close(), database.close()]);
    expect(await write).toMatchObject({ committed: true });
    expect(readdirSync(join(database.file, '..'))).toEqual(['a.db']);
    await expect(database.get('SELECT 1')).rejects.toMatchObject({ code: 'STORE_CLOSED' });
    await expect(database.write([insert(2)])).rejects.toMatchObject({ code: 'STORE_CLOSED' });
  });

  test('in one process several owners may share a file', async () => {
    const first = await open();
    const second = await open({ file: first.file });
    const numbers = Array.from({ length: 100 }, (_, index) => index);
    await Promise.all(numbers.map((seq) => (seq % 2 === 0 ? first : second).write([insert(seq)])));
    expect(await count(first)).toBe(100);
  });
});
