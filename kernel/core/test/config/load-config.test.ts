import { join } from 'node:path';
import { faultsOf } from '@forge/plugin-api';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load-config.ts';
import { createCodeLoader } from '../../src/plugins/load-module.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

function load(name: string, text: string) {
  const folder = temporaryFolder({ [name]: text });
  return loadConfig(join(folder, name), {
    loadCode: createCodeLoader({ cacheFolder: join(folder, 'cache') }),
    show: () => name,
    fromRepository: true,
  });
}

async function faults(name: string, text: string): Promise<string[]> {
  const found = await load(name, text).then((loaded) => loaded.faults, faultsOf);
  return found.map(({ code, message, details }) => `${code} ${details.where} ${message}`);
}

const value = { safety: { budgetUsd: 5 }, gates: ['terminal'] };

describe('loadConfig', () => {
  it.each([
    ['json', JSON.stringify(value)],
    ['yaml', 'safety:\n  budgetUsd: 5\ngates: [terminal]\n'],
    ['yml', 'safety: { budgetUsd: 5 }\ngates:\n  - terminal\n'],
    [
      'ts',
      "import { defineConfig } from '@forge/plugin-api';\nenum Money { Five = 5 }\nexport default defineConfig({ safety: { budgetUsd: Money.Five }, gates: ['terminal'] });",
    ],
    ['mts', `const config: object = ${JSON.stringify(value)}; export default config;`],
    ['js', `export default ${JSON.stringify(value)};`],
    ['mjs', `export default ${JSON.stringify(value)};`],
    ['cjs', `module.exports = ${JSON.stringify(value)};`],
  ])('reads %s', async (extension, text) => {
    const { layer } = await load(`forge.config.${extension}`, text);
    expect(layer.value).toEqual(value);
    expect(layer.originOf(['safety'])).toBe(`forge.config.${extension}`);
  });

  it.each(['forge.config.json', 'forge.config.yaml', 'forge.config.ts'])(
    'takes an empty %s for one without wishes',
    async (name) => {
      expect((await load(name, '')).layer.value).toEqual({});
    },
  );

  it('keeps the sections that are right', async () => {
    const { layer } = await load(
      'forge.config.json',
      '{"saftey":{},"concurrency":0,"gates":["a"],"review":{"round":1}}',
    );
    expect(layer.value).toEqual({ gates: ['a'] });
  });

  it.each<[string, string, string, string[]]>([
    [
      'all faults of a schema',
      'forge.config.ts',
      "export default {\n  saftey: {},\n  concurrency: 'many',\n};\n",
      [
        'CONFIG_INVALID forge.config.ts:3:16 concurrency: expected number, found "many"',
        'CONFIG_INVALID forge.config.ts:2:3 unknown key "saftey" — did you mean "safety"?',
      ],
    ],
    [
      'a fault whose place cannot be seen',
      'forge.config.ts',
      'export default JSON.parse(\'{"concurrency":0}\');\n',
      ['CONFIG_INVALID forge.config.ts:1:16 concurrency: expected a number of at least 1, found 0'],
    ],
    [
      'no JSON',
      'forge.config.json',
      '{\n  "safety": }\n',
      ['CONFIG_UNREADABLE forge.config.json:2:13 is not JSON: expected a value, found }'],
    ],
    [
      'JSON that ends too early',
      'forge.config.json',
      '{ "safety": {',
      ['CONFIG_UNREADABLE forge.config.json:1:14 is not JSON: expected a key in double quotes, found the end'],
    ],
    [
      'no YAML',
      'forge.config.yaml',
      'safety:\n  budgetUsd: [1\n',
      [
        'CONFIG_UNREADABLE forge.config.yaml:3:1 is not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
      ],
    ],
    [
      'code that throws',
      'forge.config.mjs',
      "throw new Error('no wishes today');",
      ['CONFIG_UNREADABLE forge.config.mjs:1:1 The configuration could not be read: no wishes today'],
    ],
    [
      'code that throws further down',
      'forge.config.ts',
      "interface Wish { a: 1 }\nconst wish = (): Wish => {\n  throw new Error('none');\n};\nexport default wish();\n",
      ['CONFIG_UNREADABLE forge.config.ts:3:9 The configuration could not be read: none'],
    ],
    [
      'no TypeScript',
      'forge.config.ts',
      'const five: number = 5;\nexport default {\n  gates: [five};\n',
      ['CONFIG_UNREADABLE forge.config.ts:3:15 is not TypeScript or JavaScript: Unexpected token, expected ","'],
    ],
    [
      'no default export',
      'forge.config.ts',
      'export const config = { concurrency: 2 };\n',
      ['CONFIG_UNREADABLE forge.config.ts The configuration has no default export'],
    ],
    [
      'something else than an object',
      'forge.config.json',
      '[]',
      ['CONFIG_INVALID forge.config.json:1:1 expected object, found array'],
    ],
  ])('tells of %s', async (_name, name, text, expected) => {
    expect(await faults(name, text)).toEqual(expected);
  });

  it('frames the place where code is no code', async () => {
    const error = await load('forge.config.ts', 'export default {\n  gates: [5};\n').catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      details: { frame: ['    1 │ export default {', '  > 2 │   gates: [5};', '      │            ^'].join('\n') },
    });
  });
});
