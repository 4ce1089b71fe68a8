import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Libsql from 'libsql';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase, type Database, type Migration } from '../src/index.ts';
import { temporaryFolder } from './temporary-folder.ts';

const first: Migration = {
  name: 'notes',
  sql: 'CREATE TABLE notes (text TEXT) STRICT; CREATE INDEX by_text ON notes (text)',
};
const second: Migration = { name: 'dates', sql: "ALTER TABLE notes ADD COLUMN at TEXT; UPDATE notes SET at = 'then'" };
const broken: Migration = { name: 'broken', sql: 'ALTER TABLE notes ADD COLUMN by TEXT; UPDATE nowhere SET x = 1' };

async function open(file: string, migrations: readonly Migration[], readOnly = false): Promise<Database> {
  const database = await openDatabase({ file, migrations, readOnly });
  onTestFinished(() => database.close());
  return database;
}

async function fileAt(migrations: readonly Migration[]): Promise<string> {
  const file = join(temporaryFolder(), "it's.db");
  const database = await open(file, migrations);
  await database.write([{ sql: "INSERT INTO notes (text) VALUES ('kept')" }]);
  await database.close();
  return file;
}

const files = (file: string) => readdirSync(dirname(file)).filter((name) => !/-(?:wal|shm)$/.test(name));

test('an existing file is copied, then brought forward', async () => {
  const file = await fileAt([first]);
  const database = await open(file, [first, second]);
  expect(database.schemaVersion).toBe(2);
  expect(await database.all('SELECT * FROM notes')).toEqual([{ text: 'kept', at: 'then' }]);
  expect(files(file)).toEqual(["it's.db", "it's.db.v1.backup"]);
  const backup = await open(`${file}.v1.backup`, [first], true);
  expect(await backup.all('SELECT * FROM notes')).toEqual([{ text: 'kept' }]);
});

test('a file of this version is left alone', async () => {
  const file = await fileAt([first]);
  await open(file, [first]);
  expect(files(file)).toEqual(["it's.db"]);
});

test('an older binary refuses a newer schema and touches nothing', async () => {
  const file = await fileAt([first, second]);
  await expect(open(file, [first])).rejects.toMatchObject({
    code: 'SCHEMA_TOO_NEW',
    details: { data: { found: 2, expected: 1 } },
  });
  expect(files(file)).toEqual(["it's.db"]);
  expect((await open(file, [first, second])).schemaVersion).toBe(2);
});

test('reading only does not migrate', async () => {
  const file = await fileAt([first]);
  await expect(open(file, [first, second], true)).rejects.toMatchObject({ code: 'SCHEMA_TOO_OLD' });
  expect((await open(file, [first], true)).schemaVersion).toBe(1);
});

test('a step that fails leaves the file as it was, and names itself', async () => {
  const file = await fileAt([first]);
  const failure = { code: 'STORE_FAILED', message: expect.stringContaining('Migration broken failed') };
  await expect(open(file, [first, second, broken])).rejects.toMatchObject(failure);
  expect(await (await open(file, [first])).all('SELECT * FROM notes')).toEqual([{ text: 'kept' }]);
});

test('several openers migrate once', async () => {
  const file = await fileAt([first]);
  const additive: Migration = { name: 'count', sql: "INSERT INTO notes VALUES ('migrated')" };
  const opened = await Promise.all([1, 2, 3].map(() => open(file, [first, additive])));
  for (const database of opened) {
    expect(await database.all('SELECT text FROM notes ORDER BY text')).toEqual([
      { text: 'kept' },
      { text: 'migrated' },
    ]);
  }
});

test('a copy that was interrupted does not stand in the way', async () => {
  const file = await fileAt([first]);
  new Libsql(`${file}.v1.backup.partial`).exec('CREATE TABLE left_over (x)');
  expect((await open(file, [first, second])).schemaVersion).toBe(2);
  expect(files(file)).toEqual(["it's.db", "it's.db.v1.backup"]);
});
