import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { databaseOnDemand, openDatabase, type Database, type DatabaseOnDemand } from '../src/index.ts';
import { temporaryFolder } from './temporary-folder.ts';

const migrations = [{ name: 'first', sql: 'CREATE TABLE t (v)' }];

function onDemand(file: string, open?: typeof openDatabase): DatabaseOnDemand {
  const database = databaseOnDemand({ file, migrations }, open);
  onTestFinished(() => database.close());
  return database;
}

test('it opens once, when it is first used', async () => {
  const file = join(temporaryFolder(), 'a.db');
  const database = onDemand(file);
  expect(existsSync(file)).toBe(false);
  const [first, second] = await Promise.all([database.use(), database.use()]);
  expect(first).toBe(second);
});

test('calls in a row are applied in their order', async () => {
  const database = onDemand(join(temporaryFolder(), 'a.db'));
  const insert = async (v: number) => (await database.use()).write([{ sql: 'INSERT INTO t VALUES (?)', params: [v] }]);
  await Promise.all([3, 1, 2].map(insert));
  expect(await (await database.use()).all('SELECT v FROM t ORDER BY rowid')).toEqual([{ v: 3 }, { v: 1 }, { v: 2 }]);
});

test('after a failure the next use tries again', async () => {
  const file = join(temporaryFolder(), 'a.db');
  writeFileSync(file, 'no database '.repeat(100));
  const database = onDemand(file);
  await expect(database.use()).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
  rmSync(file);
  expect(await (await database.use()).all('SELECT 1 AS v')).toEqual([{ v: 1 }]);
});

test('a database whose thread has crashed is opened again', async () => {
  const opened: Database[] = [];
  const database = onDemand(join(temporaryFolder(), 'a.db'), async (options) => {
    const real = await openDatabase(options);
    onTestFinished(() => real.close());
    // The first one ends as after a crash.
    if (opened.length === 0) await real.close();
    opened.push(real);
    return real;
  });
  expect((await database.use()).alive).toBe(false);
  expect((await database.use()).alive).toBe(true);
  expect(opened.length).toBe(2);
});

test('closing before, while or after opening leaves nothing open', async () => {
  const unused = onDemand(join(temporaryFolder(), 'a.db'));
  await unused.close();
  await expect(unused.use()).rejects.toMatchObject({ code: 'STORE_CLOSED' });
  const used = onDemand(join(temporaryFolder(), 'a.db'));
  const opening = used.use();
  await used.close();
  expect((await opening).alive).toBe(false);
});
