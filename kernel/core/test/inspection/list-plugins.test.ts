import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ManifestInput } from '@forge/plugin-api';
import { expect, it } from 'vitest';
import { examinePlugins } from '../../src/inspection/examine-plugins.ts';
import { listPlugins } from '../../src/inspection/list-plugins.ts';
import { addPlugin } from '../../src/installation/add-plugin.ts';
import { noSandbox } from '../support/no-sandbox.ts';
import { hostOptions, manifest } from '../support/open.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const code = (gate: string) => `import { definePlugin } from '@forge/plugin-api';
export default definePlugin({ gates: [{ id: '${gate}', condition: () => true, request: async () => undefined }] });
`;

function plugin(name: string, more: Partial<ManifestInput> = {}) {
  return {
    [`${name}/plugin.json`]: manifest(`forge-plugin-${name}`, { gates: [name] }, more),
    [`${name}/index.ts`]: code(name),
  };
}

async function place() {
  const cwd = temporaryFolder({
    '.git/HEAD': '',
    ...plugin('approved'),
    ...plugin('altered'),
    ...plugin('stranger'),
    ...plugin('off'),
    ...plugin('old', { deprecated: 'use forge-plugin-new' }),
    'spoilt/plugin.json': '{ "name": "forge-plugin-spoilt", "versoin": "1.0.0" }',
  });
  const env = { HOME: temporaryFolder() };
  const forge = hostOptions(cwd, { env, inlinePlugins: [noSandbox] });
  const signal = new AbortController().signal;
  for (const name of ['approved', 'altered', 'off', 'old']) {
    await addPlugin(forge, {
      spec: `./${name}`,
      options: {},
      exact: false,
      dryRun: false,
      confirm: async () => true,
      ask: async () => undefined,
      report: () => {},
      signal,
    });
  }
  const plugins = [
    ...['./approved', './altered', './old', './stranger', './spoilt', 'forge-plugin-gone'],
    { use: './off', enabled: false },
  ];
  writeFileSync(join(cwd, 'forge.config.json'), JSON.stringify({ plugins }));
  writeFileSync(join(cwd, 'altered/more.ts'), 'export {};\n');
  return forge;
}

it('says of each plugin how it stands, whatever is wrong with the others', async () => {
  const { plugins, faults } = await listPlugins(await place());
  const states = Object.fromEntries(plugins.map(({ name, state }) => [name.replace(/^.*\//, ''), state]));
  expect(states).toEqual({
    'no-sandbox': 'ok',
    'forge-plugin-approved': 'ok',
    'forge-plugin-altered': 'changed',
    'forge-plugin-old': 'deprecated',
    'forge-plugin-stranger': 'not approved',
    'forge-plugin-off': 'disabled',
    'forge-plugin-gone': 'missing',
    spoilt: 'missing',
  });
  expect([...new Set(faults.map(({ code: found }) => found))].sort()).toEqual(['MANIFEST_INVALID', 'PLUGIN_NOT_FOUND']);
});

it('starts each, and gives with each what is wrong', async () => {
  const { plugins } = await examinePlugins(await place());
  const found = plugins.map(({ name, ok, faults: [first] }) => [name.replace(/^.*\//, ''), ok || first?.code]);
  expect(Object.fromEntries(found)).toEqual({
    'no-sandbox': true,
    'forge-plugin-approved': true,
    'forge-plugin-altered': 'PLUGIN_CHANGED',
    'forge-plugin-old': true,
    'forge-plugin-stranger': 'TRUST_REQUIRED',
    'forge-plugin-gone': undefined,
    spoilt: undefined,
  });
});
