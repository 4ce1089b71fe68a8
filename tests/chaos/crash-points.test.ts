import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crashPoints } from '@forge/engine';
import { expect, it } from 'vitest';

const engine = fileURLToPath(new URL('../../kernel/engine/src/', import.meta.url));

it('the engine passes each crash point, and no other', () => {
  const text = readdirSync(engine, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => readFileSync(join(engine, path), 'utf8'))
    .join('\n');
  const passed = [...text.matchAll(/crashPoint\('([^']+)'\)/g)].map(([, name = '']) => name);
  expect([...new Set(passed)].sort()).toEqual(Object.keys(crashPoints).sort());
});
