import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { switchPlugin } from '../../src/installation/switch-plugin.ts';
import { openForge } from '../../src/open-forge.ts';
import { hostOptions, manifest } from '../support/open.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const code = `import { definePlugin } from '@forge/plugin-api';
export default definePlugin({ gates: [{ id: 'bell', condition: () => true, request: async () => undefined }] });
`;

function project(files: Parameters<typeof temporaryFolder>[0]) {
  const cwd = temporaryFolder({
    '.git/HEAD': '',
    'bell/plugin.json': manifest('forge-plugin-bell', { gates: ['bell'] }),
    'bell/index.ts': code,
    ...files,
  });
  const forge = hostOptions(cwd, { trust: true });
  return {
    cwd,
    set: (enabled: boolean, name = 'forge-plugin-bell') => switchPlugin(forge, { name, enabled }),
    read: (path: string) => readFileSync(join(cwd, path), 'utf8'),
    async isThere() {
      const { plugins, close } = await openForge(forge);
      await close();
      return plugins.some((plugin) => plugin.manifest.name === 'forge-plugin-bell');
    },
  };
}

describe.each([
  ['forge.config.json', '{\n    "plugins": ["./bell"],\n    "concurrency": 1\n}\n', '\n    "concurrency": 1\n'],
  ['forge.config.json', '{ "plugins": [{ "use": "./bell", "options": {} }] }', '"options"'],
  ['forge.config.yaml', 'plugins:\n  # mine\n  - ./bell\n', '# mine'],
  ['forge.config.yaml', 'plugins:\n  - use: ./bell # mine\n', '# mine'],
])('%s: %s', (file, text, kept) => {
  it('switches off and on again, and keeps the rest', async () => {
    const { set, isThere, read } = project({ [file]: text });
    expect(await set(false)).toMatchObject({ unchanged: false });
    expect(await isThere()).toBe(false);
    expect(read(file)).toContain(kept);
    expect(await set(false)).toMatchObject({ unchanged: true });
    expect(await set(true)).toMatchObject({ enabled: true });
    expect(await isThere()).toBe(true);
    expect(read(file)).toContain(kept);
    expect(read(file)).not.toContain('enabled');
  });
});

it('refuses to take away what a setting names, and leaves the file as it was', async () => {
  const text = '{ "plugins": ["./bell"], "gates": ["bell"] }';
  const { set, read } = project({ 'forge.config.json': text });
  await expect(set(false)).rejects.toMatchObject({ code: 'CONTRIBUTION_NOT_FOUND' });
  expect(read('forge.config.json')).toBe(text);
});

it('makes a configuration for a plugin that nothing named, and refuses one that is not there', async () => {
  const { cwd, set, read } = project({ '.forge/plugins/bell/plugin.json': manifest('other', {}) });
  await expect(set(false, 'nobody')).rejects.toMatchObject({ code: 'PLUGIN_NOT_FOUND' });
  expect(existsSync(join(cwd, 'forge.config.json'))).toBe(false);
  await set(false, 'other');
  expect(JSON.parse(read('forge.config.json'))).toEqual({ plugins: [{ use: 'other', enabled: false }] });
});
