import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { schemas } from '../src/schemas.ts';

const folder = fileURLToPath(new URL('../../../config/schema/', import.meta.url));

test.each(Object.entries(schemas))('%s is current; npm run schemas writes it anew', (name, schema) => {
  expect(JSON.parse(readFileSync(`${folder}${name}`, 'utf8'))).toEqual(schema);
});

test('nothing else lies there', () => {
  expect(readdirSync(folder).sort()).toEqual(Object.keys(schemas).sort());
});
