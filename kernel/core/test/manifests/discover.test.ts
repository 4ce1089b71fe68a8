import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { definePlugin } from '@forge/plugin-api';
import { describe, expect, it } from 'vitest';
import { type InstalledOptions, readInstalled } from '../../src/manifests/discover.ts';
import type { PluginUse } from '../../src/manifests/plugin-record.ts';
import { manifest } from '../support/open.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

function discover({ uses = [], ...options }: Partial<InstalledOptions> & { readonly uses?: PluginUse[] }) {
  return readInstalled({
    pluginFolders: [],
    projectFolder: '/nowhere',
    inline: [],
    show: (file) => file,
    ...options,
  }).find(uses);
}

const use = (word: string, base: string): PluginUse => ({
  use: word,
  options: {},
  enabled: true,
  base,
  written: { at: ['plugins', 0] },
});
const names = (found: Awaited<ReturnType<typeof discover>>) =>
  found.plugins.map(({ manifest: { name }, origin }) => `${name} (${origin})`);

describe('readInstalled', () => {
  it('finds default plugins one and two folders deep, without looking into a plugin', async () => {
    const folder = temporaryFolder({
      'one/plugin.json': manifest('one'),
      'one/inner/plugin.json': manifest('not-a-plugin-of-its-own'),
      'tool/two/plugin.json': manifest('two'),
      'lib/helper/package.json': {},
      'published/three/plugin.json': manifest('installed-by-who-wants-it'),
      'tool/node_modules/plugin.json': manifest('hidden'),
    });
    expect(names(await discover({ pluginFolders: [folder] }))).toEqual(['one (default)', 'two (default)']);
  });

  it('runs no code', async () => {
    const folder = temporaryFolder({
      'bad/plugin.json': manifest('bad'),
      'bad/index.ts': 'throw new Error("this ran");',
    });
    const found = await discover({ projectFolder: folder });
    expect(names(found)).toEqual(['bad (project)']);
    expect(found.faults).toEqual([]);
  });

  it('finds what the configuration names: a path, a package above, a default plugin', async () => {
    const folder = temporaryFolder({
      'defaults/known/plugin.json': manifest('@forge/known'),
      'mine/plugin.json': manifest('mine'),
      'node_modules/@acme/jira/plugin.json': manifest('@acme/jira'),
      'project/deep/x': '',
    });
    const uses = [
      use(join(folder, 'mine'), folder),
      use('@acme/jira', join(folder, 'project/deep')),
      use('@forge/known', folder),
    ];
    const found = await discover({ pluginFolders: [join(folder, 'defaults')], uses });
    expect(names(found)).toEqual(['@forge/known (default)', 'mine (configuration)', '@acme/jira (configuration)']);
    expect(uses.map((one) => found.used.get(one)?.manifest.name)).toEqual(['mine', '@acme/jira', '@forge/known']);
  });

  it('takes one plugin that is reached in several ways for one', async () => {
    const folder = temporaryFolder({ '.forge/plugins/mine/plugin.json': manifest('mine') });
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(join(folder, '.forge/plugins/mine'), join(folder, 'node_modules/other'));
    const uses = [use(join(folder, '.forge/plugins/mine'), folder), use('other', folder)];
    const found = await discover({ projectFolder: join(folder, '.forge/plugins'), uses });
    expect(names(found)).toEqual(['mine (project)']);
    expect(found.used.size).toBe(2);
    expect(found.faults).toEqual([]);
  });

  it('takes plugins as objects', async () => {
    const definition = definePlugin({});
    const found = await discover({ inline: [{ manifest: manifest('inline'), definition }] });
    expect(found.plugins).toMatchObject([{ origin: 'default', definition }]);
  });

  it('gathers every fault, with place, frame and what was meant', async () => {
    const folder = temporaryFolder({
      'plugins/broken/plugin.json': '{\n  "name": "broken",\n}',
      'plugins/misspelt/plugin.json': { ...manifest('misspelt'), entri: './index.ts' },
      'plugins/lacking/plugin.json': { name: 'lacking', provides: { tool: ['x'] } },
      'plugins/empty/readme.md': '',
    });
    const projectFolder = join(folder, 'plugins');
    const found = await discover({
      projectFolder,
      inline: [{ manifest: manifest('@acme/jira'), definition: definePlugin({}) }],
      uses: [use('@acme/jiar', folder), use(join(folder, 'gone'), folder)],
      show: (file) => file.replace(`${folder}/`, ''),
    });
    expect(found.faults.map(({ code, message, details }) => `${code} ${details.where ?? '-'} ${message}`)).toEqual([
      'MANIFEST_INVALID plugins/broken/plugin.json:3:1 is not JSON: expected a key in double quotes, found }',
      'MANIFEST_INVALID plugins/empty A folder of plugins holds one without a manifest',
      'MANIFEST_INVALID plugins/lacking/plugin.json:1:1 version: is missing',
      'MANIFEST_INVALID plugins/lacking/plugin.json:1:1 type: is missing: expected agent, tool, llm, memory, store, bus, executor, sandbox, gate, deployer, webhook, bundle',
      'MANIFEST_INVALID plugins/lacking/plugin.json:1:1 entry: is missing',
      'MANIFEST_INVALID plugins/lacking/plugin.json:4:5 provides: unknown key "tool" — did you mean "tools"?',
      'MANIFEST_INVALID plugins/misspelt/plugin.json:7:3 unknown key "entri" — did you mean "entry"?',
      'PLUGIN_NOT_FOUND - plugins[0]: the plugin "@acme/jiar" was not found — did you mean "@acme/jira"?',
      'PLUGIN_NOT_FOUND - plugins[0]: there is no plugin.json in gone',
    ]);
    expect(found.faults[0]?.details.frame).toBe('    2 │   "name": "broken",\n  > 3 │ }\n      │ ^');
    expect(found.faults[5]?.details.plugin).toBe('lacking');
  });
});
