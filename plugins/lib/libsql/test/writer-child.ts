import { openDatabase } from '../src/index.ts';

// Writes rows and prints each number once it is acknowledged: `writer-child.ts <file> <writer> <count> <lanes>`.
const [file = '', writer = '', count = '0', lanes = '1'] = process.argv.slice(2);

const migrations = [
  { name: 'rows', sql: 'CREATE TABLE rows (writer TEXT, n INTEGER, body TEXT, PRIMARY KEY (writer, n)) STRICT' },
];
const database = await openDatabase({ file, migrations });
const start = await database.get('SELECT coalesce(max(n), 0) AS n FROM rows WHERE writer = ?', [writer]);
let next = Number(start?.n) + 1;
const last = next + Number(count);

async function lane(): Promise<void> {
  while (next < last) {
    const n = next++;
    const body = JSON.stringify({ n, text: 'é'.repeat(200) });
    await database.write([
      { guard: 'fresh', sql: 'SELECT 1 FROM rows WHERE writer = ? AND n = ?', params: [writer, n], expect: 0 },
      { sql: 'INSERT INTO rows VALUES (?, ?, ?)', params: [writer, n, body], expect: 1 },
    ]);
    process.stdout.write(`${n}\n`);
  }
}

await Promise.all(Array.from({ length: Number(lanes) }, lane));
await database.close();
