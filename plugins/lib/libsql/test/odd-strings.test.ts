import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../src/index.ts';
import { temporaryFolder } from './temporary-folder.ts';

const oddParts = [
  '\0',
  '\ud800',
  '\udfff',
  '\u202e',
  '\ufeff',
  '\ufffe',
  '😀',
  '👩‍👩‍👧',
  'ع',
  'é',
  'e\u0301',
  '\r\n',
  "'",
  '"',
  '\\',
  '\u2028',
];
const oddString = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: 'binary' }) },
  {
    weight: 4,
    arbitrary: fc
      .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 })
      .map((units) => String.fromCharCode(...units)),
  },
  { weight: 4, arbitrary: fc.array(fc.constantFrom(...oddParts), { maxLength: 30 }).map((parts) => parts.join('')) },
);
const veryLong = ['\0'.repeat(100_000), '\ud800'.repeat(100_000), '😀'.repeat(500_000), 'x'.repeat(5_000_000)];

const migrations = [
  { name: 'texts', sql: 'CREATE TABLE texts (n INTEGER PRIMARY KEY, json TEXT, bytes BLOB, plain TEXT) STRICT' },
];

test('5,000 odd strings, as JSON text and as bytes, come back unchanged', async () => {
  const database = await openDatabase({ file: join(temporaryFolder(), 'a.db'), migrations });
  onTestFinished(() => database.close());
  const strings = [...fc.sample(oddString, { numRuns: 5000, seed: 42 }), ...veryLong];
  const utf16 = (text: string) => new Uint8Array(Buffer.from(text, 'utf16le'));
  const sql = 'INSERT INTO texts VALUES (?, ?, ?, NULL)';
  await Promise.all(
    strings.map((text, n) => database.write([{ sql, params: [n, JSON.stringify(text), utf16(text)], expect: 1 }])),
  );
  const rows = await database.all('SELECT json, bytes FROM texts ORDER BY n');
  expect(rows.length).toBe(strings.length);
  const changed = rows.filter(({ json, bytes }, n) => {
    const text = strings[n] ?? '';
    return JSON.parse(String(json)) !== text || Buffer.compare(bytes as Uint8Array, utf16(text)) !== 0;
  });
  expect(changed).toEqual([]);
});

test('as plain text each either comes back unchanged or is refused', async () => {
  const database = await openDatabase({ file: join(temporaryFolder(), 'a.db'), migrations });
  onTestFinished(() => database.close());
  const strings = fc.sample(oddString, { numRuns: 1000, seed: 7 });
  const sql = 'INSERT INTO texts VALUES (?, NULL, NULL, ?)';
  const settled = await Promise.allSettled(strings.map((text, n) => database.write([{ sql, params: [n, text] }])));
  const stored = new Map((await database.all('SELECT n, plain FROM texts')).map((row) => [row.n, row.plain]));
  const refused = strings.filter((_, n) => settled[n]?.status === 'rejected');
  expect(refused.every((text) => text.includes('\0') || !text.isWellFormed())).toBe(true);
  expect(refused.length).toBeGreaterThan(100);
  expect(stored.size).toBe(strings.length - refused.length);
  for (const [n, text] of strings.entries()) if (stored.has(n)) expect(stored.get(n)).toBe(text);
});
