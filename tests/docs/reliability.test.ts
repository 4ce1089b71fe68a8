import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { crashPoints } from '@forge/engine';
import { expect, test } from 'vitest';
import { promised } from '../chaos/promises.ts';
import { documentAt, root, tableRows } from './documents.ts';

const { text } = documentAt('docs/reliability.md');

test('docs/reliability.md says what the tests of chaos try at least, and that nothing may come of it', () => {
  const rows = tableRows(text, 'What is tried');
  expect(rows.map(([, tried]) => tried)).toEqual(Object.values(promised).map((count) => count.toLocaleString('en')));
  for (const [, , lost, repeated, doubled, command = ''] of rows) {
    expect([lost, repeated, doubled]).toEqual(['0', '0', '0']);
    const file = /^`npm test -- (tests\/chaos\/[a-z-]+)`$/.exec(command)?.[1] ?? '';
    expect(existsSync(join(root, `${file}.test.ts`)), command).toBe(true);
  }
});

test('docs/reliability.md has every crash point, as the engine describes it', () => {
  const rows = tableRows(text, 'Crash points').map(([name = '', what]) => [name.replaceAll('`', ''), what]);
  expect(rows).toEqual(Object.entries(crashPoints));
});
