import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase, type Database } from '../src/index.ts';
import { startChild } from './child.ts';
import { temporaryFolder } from './temporary-folder.ts';

const migrations = [
  { name: 'rows', sql: 'CREATE TABLE rows (writer TEXT, n INTEGER, body TEXT, PRIMARY KEY (writer, n)) STRICT' },
];

async function open(file: string): Promise<Database> {
  const database = await openDatabase({ file, migrations });
  onTestFinished(() => database.close());
  return database;
}

test('two processes write 2,000 rows each at once, with no error', { timeout: 60_000 }, async () => {
  const file = join(temporaryFolder(), 'a.db');
  const writers = ['a', 'b'].map((writer) => startChild('./writer-child.ts', [file, writer, '2000', '4']));
  const ended = await Promise.all(writers.map((writer) => writer.ended));
  for (const { code, errors } of ended) expect({ code, errors }).toEqual({ code: 0, errors: '' });
  const database = await open(file);
  expect(await database.all('SELECT writer, count(*) AS n, max(n) AS last FROM rows GROUP BY writer')).toEqual([
    { writer: 'a', n: 2000, last: 2000 },
    { writer: 'b', n: 2000, last: 2000 },
  ]);
});

test('kill -9 while writing loses nothing that was acknowledged, six times in a row', { timeout: 60_000 }, async () => {
  const file = join(temporaryFolder(), 'a.db');
  const acknowledged = new Set<number>();
  for (const enough of [1, 7, 60, 200, 33, 520]) {
    const child = startChild('./writer-child.ts', [file, 'w', '1000000', '8']);
    await child.printed(enough);
    child.process.kill('SIGKILL');
    const { signal, lines } = await child.ended;
    expect(signal).toBe('SIGKILL');
    // The last line may have been cut by the kill.
    for (const line of lines.slice(0, -1)) acknowledged.add(Number(line));
  }
  const database = await open(file);
  const rows = await database.all('SELECT n, body FROM rows ORDER BY n');
  const stored = new Set(rows.map((row) => row.n));
  expect([...acknowledged].filter((n) => !stored.has(n))).toEqual([]);
  expect(acknowledged.size).toBeGreaterThan(800);
  for (const { n, body } of rows) expect(JSON.parse(String(body))).toEqual({ n, text: 'é'.repeat(200) });
  expect(await database.all('SELECT * FROM pragma_integrity_check')).toEqual([{ integrity_check: 'ok' }]);
});
