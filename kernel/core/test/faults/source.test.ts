import { describe, expect, it } from 'vitest';
import { codeSource } from '../../src/faults/code-source.ts';
import { dataSource } from '../../src/faults/data-source.ts';
import { type Aspect, showPath, type Source, type ValuePath } from '../../src/faults/source.ts';

/** What the place covers, which shows more than numbers do. */
async function pointedAt(source: Source, path: ValuePath, aspect: Aspect): Promise<string | undefined> {
  const place = await source.locate(path, aspect);
  if (place === undefined) return undefined;
  return source.text.split('\n')[place.line - 1]?.slice(place.column - 1, place.column - 1 + place.length);
}

const json = '{\n  "safety": { "budgetUsd": "two" },\n  "plugins": ["a", { "use": "b" }]\n}';
const yaml = 'safety:\n  budgetUsd: two\nplugins:\n  - a\n  - use: b\nempty:\n';

describe('dataSource', () => {
  it.each<[string, string, ValuePath, Aspect, string]>([
    ['json value', json, ['safety', 'budgetUsd'], 'value', '"two"'],
    ['json key', json, ['safety', 'budgetUsd'], 'key', '"budgetUsd"'],
    ['json element', json, ['plugins', 1, 'use'], 'value', '"b"'],
    ['json, what encloses what is missing', json, ['plugins', 1, 'options'], 'value', '{ "use": "b" }'],
    ['json, top', json, [], 'value', '{'],
    ['yaml value', yaml, ['safety', 'budgetUsd'], 'value', 'two'],
    ['yaml key', yaml, ['safety'], 'key', 'safety'],
    ['yaml element', yaml, ['plugins', 1, 'use'], 'value', 'b'],
  ])('%s', async (_name, text, path, aspect, expected) => {
    expect(await pointedAt(dataSource('file', text), path, aspect)).toBe(expected);
  });

  it('takes the last of two equal keys, as parsers do', async () => {
    expect(await dataSource('file', '{ "a": 1,\n "a": 2 }').locate(['a'], 'value')).toMatchObject({ line: 2 });
  });
});

const code = `import { defineConfig, type ForgeConfig } from '@forge/plugin-api';
enum Level { Low = 1 }
const shared = { review: { rounds: 99 } };
const jira = (options: { sit: string }) => ({ use: 'jira', options });
const config = {
  ...shared,
  'safety': { budgetUsd: 'two' as unknown as number },
  plugins: [jira({ sit: 'https://acme.atlassian.net' }), { use: 'b', options: { level: Level.Low } }],
} satisfies ForgeConfig;
export default defineConfig(config);
`;

describe('codeSource', () => {
  it.each<[string, ValuePath, Aspect, string]>([
    ['value', ['safety', 'budgetUsd'], 'value', "'two' as unknown as number"],
    ['quoted key', ['safety'], 'key', "'safety'"],
    ['key in the argument of a call', ['plugins', 0, 'options', 'sit'], 'key', 'sit'],
    ['element', ['plugins', 1, 'options', 'level'], 'value', 'Level.Low'],
    ['in a spread', ['review', 'rounds'], 'value', '99'],
    [
      'what encloses what is not there',
      ['plugins', 1, 'nothing'],
      'key',
      "{ use: 'b', options: { level: Level.Low } }",
    ],
  ])('%s', async (_name, path, aspect, expected) => {
    const place = await codeSource('forge.config.ts', code).locate(path, aspect);
    const offset =
      code
        .split('\n')
        .slice(0, (place?.line ?? 1) - 1)
        .join('\n').length + (place?.column ?? 1);
    expect(code.slice(offset, offset + expected.length)).toBe(expected);
  });

  it.each([
    ['an object', "export default { safety: { budgetUsd: 'two' } };"],
    ['CommonJS', "module.exports = { safety: { budgetUsd: 'two' } };"],
    ['a type assertion', "export default <object>{ safety: { budgetUsd: 'two' } };"],
  ])('reads %s', async (_name, text) => {
    expect(await pointedAt(codeSource('file', text), ['safety', 'budgetUsd'], 'value')).toBe("'two'");
  });

  it.each([
    ['no export', 'const a = 1;'],
    ['no code', 'export default {{{'],
  ])('knows nothing of %s', async (_name, text) => {
    expect(await codeSource('file', text).locate(['a'], 'key')).toBeUndefined();
  });

  it('ends when names stand for each other', async () => {
    const circular = 'const a = b; const b = a; export default a;';
    expect(await codeSource('file', circular).locate(['x', 'y'], 'key')).toBeDefined();
  });
});

describe('showPath', () => {
  it.each([
    [['safety', 'budgetUsd'], 'safety.budgetUsd'],
    [['plugins', 0, 'options', 'my-key'], 'plugins[0].options["my-key"]'],
    [[], ''],
  ])('%j', (path, shown) => {
    expect(showPath(path)).toBe(shown);
  });
});
