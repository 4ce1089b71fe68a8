import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { contributionKeys, kinds, manifestSchema } from '@forge/plugin-api';
import { describe, expect, it } from 'vitest';
import { createPlugin } from '../../src/creation/create-plugin.ts';
import { noSandbox } from '../support/no-sandbox.ts';
import { hostOptions } from '../support/open.ts';
import { openForge } from '../../src/open-forge.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const templates = fileURLToPath(new URL('../../../../tools/plugin-templates/', import.meta.url));

function create(kind: string, name = 'forge-plugin-tide-table', folder = join(temporaryFolder(), 'made')) {
  return createPlugin({ name, kind, folder, templates });
}

describe.each(kinds)('a created %s', (kind) => {
  it('has manifest, code, tests, a README and a playground, and nothing of the sample in them', async () => {
    const { folder, files } = await create(kind);
    expect(files).toEqual(
      expect.arrayContaining(
        ['.gitignore', 'README.md', 'package.json', 'playground.ts', 'plugin.json', 'tsconfig.json'].concat(
          'src/index.ts',
          'test/contract.test.ts',
        ),
      ),
    );
    const texts = files.map((path) => `${path}\n${readFileSync(join(folder, path), 'utf8')}`);
    expect(texts.filter((text) => /sample[-_]?thing/i.test(text))).toEqual([]);
    const manifest = manifestSchema.parse(JSON.parse(readFileSync(join(folder, 'plugin.json'), 'utf8')));
    const expected = kind === 'tool' ? 'tide_table' : 'tide-table';
    expect(manifest).toMatchObject({ name: 'forge-plugin-tide-table', type: kind });
    expect(manifest.provides[contributionKeys[kind]]).toEqual([expected]);
  });

  it('loads, and brings what its manifest says', async () => {
    const { folder } = await create(kind);
    const cwd = temporaryFolder({ '.git/HEAD': '' });
    const options = kind === 'llm' ? { baseUrl: 'http://127.0.0.1:9/v1' } : {};
    const forge = await openForge({
      ...hostOptions(cwd),
      trust: true,
      inlinePlugins: [noSandbox],
      flags: { plugins: [{ use: folder, options }] },
    });
    const [registered] = forge.names(kind).filter(({ plugin }) => plugin === 'forge-plugin-tide-table');
    await expect(forge.get(kind, registered?.name ?? '')).resolves.toBeDefined();
    await forge.close();
  });
});

describe('what stands in the way', () => {
  it.each([
    ['a kind that there is not', 'spoon', 'forge-plugin-x', /no kind "spoon"/],
    ['a name that no package has', 'tool', 'Forge Plugin', /no name for a plugin/],
    ['a name that no identifier can have', 'tool', 'forge-plugin-3d', /no name for a plugin/],
  ])('%s', async (_, kind, name, message) => {
    const folder = join(temporaryFolder(), 'made');
    await expect(create(kind, name, folder)).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(message),
    });
    expect(existsSync(folder)).toBe(false);
  });

  it('a folder that holds something', async () => {
    const folder = temporaryFolder({ 'mine.txt': 'keep' });
    await expect(create('tool', 'forge-plugin-x', folder)).rejects.toMatchObject({ code: 'USAGE' });
    expect(readdirSync(folder)).toEqual(['mine.txt']);
  });
});

it('takes the name from the package, without scope and prefix', async () => {
  const { folder } = await create('gate', '@acme/forge-pager.duty');
  expect(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))).toMatchObject({
    name: '@acme/forge-pager.duty',
  });
  expect(JSON.parse(readFileSync(join(folder, 'plugin.json'), 'utf8'))).toMatchObject({
    provides: { gates: ['pager-duty'] },
  });
  expect(readFileSync(join(folder, 'src/pager-duty.ts'), 'utf8')).toContain('createPagerDuty');
});

it('asks for the versions with which its templates are tested', async () => {
  const { folder } = await create('tool');
  const { devDependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly devDependencies: Record<string, string>;
  };
  const workspace = readFileSync(join(templates, '../../pnpm-workspace.yaml'), 'utf8');
  for (const [name, version] of Object.entries(devDependencies)) {
    if (!name.startsWith('@forge/')) expect(workspace).toMatch(new RegExp(`^  "?${name}"?: ${version}$`, 'm'));
  }
});
