import { describe, expect, it } from 'vitest';
import { withoutPlugin, withPlugin, withSwitch } from '../../src/installation/edit-config.ts';

const jira = { use: 'forge-plugin-jira', options: { site: 'https://acme.example' } };
const code = (body: string) =>
  `import { defineConfig } from '@forge/plugin-api';\n\nexport default defineConfig(${body});\n`;

/** What is written by a person, and what must still stand there afterwards. */
const forms: readonly (readonly [name: string, file: string, text: string, kept: readonly string[]])[] = [
  ['JSON without plugins', 'forge.config.json', '{\n    "concurrency": 2\n}\n', ['    "concurrency": 2']],
  ['an empty file', 'forge.config.json', '', []],
  ['JSON with plugins', 'forge.config.json', '{ "plugins": ["./tools/a"] }', ['"./tools/a"']],
  ['YAML with comments', 'forge.config.yaml', '# mine\nconcurrency: 2 # few\n', ['# mine', 'concurrency: 2 # few']],
  ['YAML with plugins', 'forge.config.yml', 'plugins:\n  - ./tools/a # own\n', ['  - ./tools/a # own']],
  [
    'TypeScript',
    'forge.config.ts',
    code('{\n  // money\n  safety: { budgetUsd: 3 },\n}'),
    ['// money', 'safety: { budgetUsd: 3 }'],
  ],
  [
    'TypeScript with a call in the list',
    'forge.config.ts',
    code("{\n  plugins: [own('x'), './tools/a'],\n}"),
    ["own('x')", "'./tools/a'"],
  ],
  ['JavaScript that exports an object', 'forge.config.mjs', 'export default { concurrency: 2 };\n', ['concurrency: 2']],
  [
    'CommonJS',
    'forge.config.cjs',
    'module.exports = {\n  concurrency: 2, // few\n};\n',
    ['  concurrency: 2, // few\n', 'module.exports = {'],
  ],
  [
    'TypeScript with a name and a type',
    'forge.config.ts',
    "const config = {\n  plugins: [\n    // first\n    './tools/a', // own\n  ],\n} satisfies UserConfig;\nexport default config;\n",
    ["    // first\n    './tools/a', // own\n", '} satisfies UserConfig;'],
  ],
  [
    'TypeScript with a list that has a name',
    'forge.config.ts',
    `const plugins = ["./tools/a"] as const;\n${code('{ plugins, concurrency: 2 }')}`,
    ['"./tools/a"', '{ plugins, concurrency: 2 }'],
  ],
  ['TypeScript with an empty object', 'forge.config.ts', code('{}'), []],
  [
    'TypeScript whose list only says something',
    'forge.config.ts',
    code('{\n  plugins: [\n    // none yet\n  ],\n}'),
    ['    // none yet\n'],
  ],
];

/** Code before and after a plugin is added: not a sign of what was there is another. */
const codeForms: readonly (readonly [name: string, before: string, after: string])[] = [
  ['a list on a line', "export default { plugins: ['a'] }\n", "export default { plugins: ['a', 'x'] }\n"],
  [
    'a list of lines',
    "export default {\n\tplugins: [\n\t\t'a', /* one */ // two\n\t],\n}",
    "export default {\n\tplugins: [\n\t\t'a', /* one */ // two\n\t\t'x',\n\t],\n}",
  ],
  [
    'lines without a last comma',
    'export default {\n  plugins: [\n    "a" // one\n  ]\n}',
    'export default {\n  plugins: [\n    "a", // one\n    "x"\n  ]\n}',
  ],
  [
    'lines as Windows ends them',
    "export default {\r\n  plugins: [\r\n    'a', // one\r\n  ],\r\n};\r\n",
    "export default {\r\n  plugins: [\r\n    'a', // one\r\n    'x',\r\n  ],\r\n};\r\n",
  ],
  [
    'an object without plugins',
    'export default defineConfig({\n  concurrency: 2, // few\n  // last\n});',
    "export default defineConfig({\n  concurrency: 2, // few\n  plugins: ['x'],\n  // last\n});",
  ],
];

describe('a configuration', () => {
  it.each(forms)('as %s gets one more plugin, and loses it again', async (_, file, text, kept) => {
    const added = await withPlugin(file, text, jira);
    for (const line of kept) expect(added).toContain(line);
    expect(added).toMatch(/forge-plugin-jira[\s\S]*https:\/\/acme\.example/);
    const removed = await withoutPlugin(file, added, 'forge-plugin-jira');
    for (const line of kept) expect(removed).toContain(line);
    expect(removed).not.toContain('jira');
    expect(removed).not.toContain('acme');
  });

  it.each(forms)(
    'as %s gets a plugin switched off and on, with its options and all else kept',
    async (_, file, text, kept) => {
      const off = await withSwitch(file, await withPlugin(file, text, jira), 'forge-plugin-jira', false);
      for (const line of [...kept, 'https://acme.example']) expect(off).toContain(line);
      expect(off).toMatch(/enabled"?: false/);
      const on = await withSwitch(file, off, 'forge-plugin-jira', true);
      for (const line of [...kept, 'https://acme.example']) expect(on).toContain(line);
      expect(on).not.toContain('enabled');
    },
  );

  it.each(['forge.config.ts', 'forge.config.yaml', 'forge.config.json'])(
    'as %s gets a word switched off, and names what was not named',
    async (file) => {
      const empty = file.endsWith('.ts') ? code('{}') : '';
      const named = await withPlugin(file, empty, 'a');
      expect(await withSwitch(file, named, 'a', false)).toMatch(/use"?: ['"]?a['"]?,?\s+"?enabled"?: false/);
      expect(await withSwitch(file, empty, 'b', false)).toMatch(/use"?: ['"]?b['"]?,?\s+"?enabled"?: false/);
    },
  );

  it.each(codeForms)('%s changes nothing else in code', async (_, text, expected) => {
    const added = await withPlugin('forge.config.ts', text, 'x');
    expect(added).toBe(expected);
    const removed = await withoutPlugin('forge.config.ts', added, 'x');
    expect(await withPlugin('forge.config.ts', removed, 'x')).toBe(expected);
  });

  it.each([
    ["[\n  'a', // about a\n  'x', // about x\n  'b',\n]", "[\n  'a', // about a\n  'b',\n]"],
    ["['a', 'x', 'b']", "['a', 'b']"],
    ["['x', 'b']", "['b']"],
    ["['a', 'x']", "['a']"],
    ["['x']", '[]'],
    ["[\n  'a',\n  'x'\n]", "[\n  'a'\n]"],
    ["[{ use: 'x', options: { a: 1 } }, own('x')]", "[own('x')]"],
  ])('in code loses an entry: %j', async (list, expected) => {
    const text = (plugins: string) => `export default { plugins: ${plugins} };\n`;
    expect(await withoutPlugin('forge.config.ts', text(list), 'x')).toBe(text(expected));
  });

  it('keeps the entries beside the one that goes', async () => {
    const text = '{"plugins": ["a", {"use": "forge-plugin-jira"}, "b"]}';
    expect(JSON.parse(await withoutPlugin('forge.config.json', text, 'forge-plugin-jira'))).toEqual({
      plugins: ['a', 'b'],
    });
  });

  it.each([
    ['forge.config.ts', 'export default makeConfig;\n'],
    ['forge.config.ts', 'export default { ...base };\n'],
    ['forge.config.ts', 'export default { plugins: list() };\n'],
    ['forge.config.ts', 'export default {'],
    ['forge.config.yaml', 'a: [1'],
  ])('in %s that a program cannot edit says so', async (file, text) => {
    await expect(withPlugin(file, text, 'x')).rejects.toMatchObject({
      code: 'CONFIG_UNREADABLE',
      details: { where: file, fix: expect.stringContaining('yourself') },
    });
  });
});
