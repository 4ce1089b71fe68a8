import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crashPoints } from '@forge/engine';
import { expect, it } from 'vitest';

const engine = fileURLToPath(new URL('../../kernel/engine/src/', import.meta.url));

it('each crash point is passed at one place of the engine, and no other is', () => {
  const text = readdirSync(engine, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => readFileSync(join(engine, path), 'utf8'))
    .join('\n');
  const passed = [...text.matchAll(/crashPoint\('([^']+)'\)/g)].map(([, name = '']) => name);
  expect(passed.sort()).toEqual(Object.keys(crashPoints).sort());
});
