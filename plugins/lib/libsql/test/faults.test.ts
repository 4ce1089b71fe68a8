import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { startChild } from './child.ts';
import { aborted, faultCases } from './fault-cases.ts';

const folder = mkdtempSync(join(tmpdir(), 'forge-libsql-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const all = [...faultCases.keys()];
const deadly = all.filter((index) => faultCases[index]?.rawResult === aborted);
const silent = all.filter((index) => !deadly.includes(index));

/** In a process of its own, because that process may not survive. */
async function run(way: 'raw' | 'guarded', indices: readonly number[]): Promise<Map<number, unknown>> {
  const { signal, lines } = await startChild('./fault-child.ts', [way, folder, ...indices.map(String)]).ended;
  const results = new Map<number, unknown>();
  for (const line of lines) {
    const { index, result } = JSON.parse(line) as { index: number; result: unknown };
    results.set(index, result);
  }
  const killer = indices[lines.length];
  if (signal !== null && killer !== undefined) results.set(killer, signal);
  return results;
}

// When libsql repairs one of these, it fails here and the guard for it can go.
describe('libsql alone', () => {
  test.each(deadly)('%i ends the process', async (index) => {
    expect((await run('raw', [index])).get(index), faultCases[index]?.name).toBe(aborted);
  });

  test('has every silent fault', async () => {
    const results = await run('raw', silent);
    for (const index of silent)
      expect(results.get(index), faultCases[index]?.name).toEqual(faultCases[index]?.rawResult);
  });
});

test('the adapter hides every fault, in one process', { timeout: 60_000 }, async () => {
  const results = await run('guarded', all);
  for (const index of all)
    expect(results.get(index), faultCases[index]?.name).toEqual(faultCases[index]?.guardedResult);
});
