import type { Deprecation } from '@forge/plugin-api';
import { describe, expect, it } from 'vitest';
import { deprecationsOf } from '../../src/deprecations/deprecations-of.ts';
import type { ForgeOptions } from '../../src/forge.ts';
import { examinePlugins } from '../../src/inspection/examine-plugins.ts';
import { addPlugin } from '../../src/installation/add-plugin.ts';
import type { PluginProposal } from '../../src/installation/look-at-plugin.ts';
import { noSandbox } from '../support/no-sandbox.ts';
import { hostOptions, silent } from '../support/open.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const gone = (name: string): Deprecation => ({
  name,
  since: '0.2.0',
  goneIn: '0.4.0',
  notBefore: '2027-06-30',
  instead: `something newer than ${name}`,
});
const table = [
  gone('manifest.promptTokens'),
  gone('manifest.permissions.env'),
  gone('defineTool'),
  gone('setup.newId'),
];
const manifest = {
  name: 'old',
  version: '1.0.0',
  type: 'gate',
  entry: './index.ts',
  provides: { gates: ['bell'] },
  promptTokens: 1,
};
const bell = `{ gates: [{ id: 'bell', condition: () => true, request: async () => undefined }] }`;
const setup = (call: string) => `import { definePlugin } from '@forge/plugin-api';
export default definePlugin({ setup: (ctx) => { ${call}; return ${bell}; } });
`;

describe('what a plugin uses', () => {
  it.each<[string, object, string[]]>([
    ['a field of its manifest', { promptTokens: 1 }, ['manifest.promptTokens']],
    ['a field within a field', { permissions: { env: [] } }, ['manifest.permissions.env']],
    ['neither', { permissions: { exec: true } }, []],
  ])('is seen in its manifest: %s', (_name, more, expected) => {
    const found = deprecationsOf({ folder: '/nowhere', manifest: { entry: './none.ts', ...more } }, table);
    expect(found.map(({ name }) => name)).toEqual(expected);
  });

  it.each([
    [`import { z, defineTool as tool } from '@forge/plugin-api';`, true],
    [`import {\n  type Tool,\n  defineTool,\n} from "@forge/plugin-api";`, true],
    [`import{defineTool as e}from"@forge/plugin-api";`, true],
    [`const { defineTool: tool } = require('@forge/plugin-api');`, true],
    [`import * as api from '@forge/plugin-api';\napi.defineTool({});`, true],
    [`const api = require('@forge/plugin-api');\napi.defineTool({});`, true],
    [`export { one } from './other.js';`, true],
    [`import { defineToolbox } from '@forge/plugin-api';`, false],
    [`import { defineTool } from './other-package.js';`, false],
    [`import * as api from '@forge/plugin-api';\nmyapi.defineTool({});`, false],
  ])('is seen in what its code imports: %s', (text, expected) => {
    const folder = temporaryFolder({
      'index.ts': text,
      'other.js': `import { defineTool } from '@forge/plugin-api';\nexport const one = defineTool;`,
    });
    const found = deprecationsOf({ folder, manifest: { entry: './index.ts' } }, table);
    expect(found.map(({ name }) => name)).toEqual(expected ? ['defineTool'] : []);
  });
});

function project(index: string, inProcess: boolean, deprecations?: readonly Deprecation[]) {
  const cwd = temporaryFolder({
    'old/plugin.json': manifest,
    'old/index.ts': index,
    'forge.config.json': { plugins: [{ use: './old', inProcess }], gates: ['bell'] },
  });
  const warned: string[] = [];
  const forge: ForgeOptions = hostOptions(cwd, {
    inlinePlugins: [noSandbox],
    log: { ...silent, warn: (message) => void warned.push(message) },
    trust: true,
    ...(deprecations === undefined ? {} : { deprecations }),
  });
  return { forge, warned };
}

describe.each([true, false])('a plugin, in the process of Forge: %s', (inProcess) => {
  it('is warned with the day, once, of what its files and its code use, and works', async () => {
    const { forge, warned } = project(setup('ctx.newId(); ctx.newId()'), inProcess, table);
    const [examined] = (await examinePlugins(forge, 'old')).plugins;
    expect(examined).toMatchObject({ ok: true, notes: [expect.stringMatching(/^it uses manifest\.promptTokens/)] });
    const words = (name: string) =>
      `The plugin "old" uses ${name}, which is deprecated since @forge/plugin-api 0.2.0 and goes with 0.4.0, not before 2027-06-30: something newer than ${name}`;
    expect(warned).toEqual([words('manifest.promptTokens'), words('setup.newId')]);
  });

  it('is not warned of what nobody deprecates', async () => {
    const { forge, warned } = project(setup('ctx.newId()'), inProcess);
    expect((await examinePlugins(forge, 'old')).plugins).toMatchObject([{ ok: true, notes: [] }]);
    expect(warned).toEqual([]);
  });
});

it('whoever adds a plugin is told before anything of it runs', async () => {
  const cwd = temporaryFolder({ 'old/plugin.json': manifest, 'old/index.ts': setup('') });
  const proposals: PluginProposal[] = [];
  await addPlugin(hostOptions(cwd, { deprecations: table }), {
    spec: './old',
    options: {},
    exact: false,
    dryRun: true,
    confirm: async (proposal) => proposals.push(proposal) > 0,
    ask: async () => undefined,
    report: () => {},
    signal: new AbortController().signal,
  });
  expect(proposals[0]?.notes).toEqual([expect.stringContaining('not before 2027-06-30')]);
});
