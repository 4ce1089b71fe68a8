import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiVersion, definePlugin, type ManifestInput } from '@forge/plugin-api';
import { describe, expect, it } from 'vitest';
import { checkManifests } from '../../src/manifests/check.ts';
import { readInstalled } from '../../src/manifests/discover.ts';
import { manifest } from '../support/open.ts';

const [major, minor] = apiVersion.split('.');

async function faults(...manifests: readonly ManifestInput[]): Promise<string[]> {
  const inline = manifests.map((one) => ({ manifest: one, definition: definePlugin({}) }));
  const found = await readInstalled({
    pluginFolders: [],
    projectFolder: '/nowhere',
    inline,
    show: (file) => file,
  }).find([]);
  expect(found.faults).toEqual([]);
  // A definition at hand has no entry to look at; these are to be checked like plugins in folders.
  const records = found.plugins.map((record) => ({ ...record, folder: '/plugins/x', definition: undefined }));
  return (await checkManifests(records)).map(({ code, message, details }) =>
    [code, details.where, message, details.why].filter(Boolean).join(' | '),
  );
}

describe('checkManifests', () => {
  it.each<[string, ManifestInput[], string[]]>([
    ['nothing', [manifest('a', { tools: ['x'] }), manifest('b', { agents: ['x'] })], []],
    ['any version', [manifest('a', {}, { api: '*' })], []],
    ['a range that fits', [manifest('a', {}, { api: `^${major}.${minor}.0` })], []],
    ['a choice of ranges', [manifest('a', {}, { api: `^99.0.0 || ${major}.${minor}.x` })], []],
    [
      'another version',
      [manifest('a', {}, { api: '^99.0.0' })],
      [
        `PLUGIN_API_RANGE | a/plugin.json:7:10 | api: "a" needs @forge/plugin-api ^99.0.0 | This Forge has ${apiVersion}.`,
      ],
    ],
    [
      'no range',
      [manifest('a', {}, { api: 'latest' })],
      ['MANIFEST_INVALID | a/plugin.json:7:10 | api: expected a range such as ^0.1.0, found "latest"'],
    ],
    [
      'an entry elsewhere',
      [manifest('a', {}, { entry: './../b/index.js' })],
      ["MANIFEST_INVALID | a/plugin.json:5:12 | entry: leads out of the plugin's folder: ./../b/index.js"],
    ],
    [
      'two of one name',
      [manifest('a'), manifest('a')],
      ['MANIFEST_INVALID | a/plugin.json:2:11 | name: there are two plugins "a" | The other is a/plugin.json.'],
    ],
    [
      'two owners',
      [manifest('a', { tools: ['x'] }), manifest('b', { tools: ['y', 'x'] })],
      [
        'CONTRIBUTION_DUPLICATE | b/plugin.json:9:7 | provides.tools[1]: the tool "x" has two owners | The first is "a" (a/plugin.json).',
      ],
    ],
    [
      'one owner twice',
      [manifest('a', { tools: ['x', 'x'] })],
      [
        'CONTRIBUTION_DUPLICATE | a/plugin.json:9:7 | provides.tools[1]: the tool "x" has two owners | The first is this plugin, again (a/plugin.json).',
      ],
    ],
  ])('finds %s', async (_name, manifests, expected) => {
    expect(await faults(...manifests)).toEqual(expected);
  });

  it('holds ranges against the version of the package', () => {
    const file = join(import.meta.dirname, '../../../plugin-api/package.json');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ version: apiVersion });
  });
});
