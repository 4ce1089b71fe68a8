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

  it('keeps the entries beside the one that goes', async () => {
    const text = '{"plugins": ["a", {"use": "forge-plugin-jira"}, "b"]}';
    expect(JSON.parse(await withoutPlugin('forge.config.json', text, 'forge-plugin-jira'))).toEqual({
      plugins: ['a', 'b'],
    });
  });

  it.each([
    ['forge.config.ts', 'export default makeConfig;\n'],
    ['forge.config.ts', 'const config = {};\nexport default config;\n'],
    ['forge.config.ts', 'export default {'],
    ['forge.config.yaml', 'a: [1'],
  ])('in %s that a program cannot edit says so', async (file, text) => {
    await expect(withPlugin(file, text, 'x')).rejects.toMatchObject({
      code: 'CONFIG_UNREADABLE',
      details: { where: file, fix: expect.stringContaining('yourself') },
    });
  });
});
