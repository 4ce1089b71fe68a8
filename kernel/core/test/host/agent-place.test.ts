import { join } from 'node:path';
import { definePlugin } from '@forge/plugin-api';
import { describe, expect, it } from 'vitest';
import { tokens } from '../../src/host/tokens.ts';
import { inline } from '../support/fakes.ts';
import { host } from '../support/host.ts';
import { manifest } from '../support/open.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const asking = manifest(
  '@acme/house',
  { agents: ['strict', 'kind'] },
  {
    permissions: { env: ['SITE', 'UNSET'], secrets: ['SITE_TOKEN'] },
  },
);

/** A repository with a plugin of its own, and one elsewhere. */
async function placeOf(name: string, more: Parameters<typeof host>[1] = {}) {
  const elsewhere = temporaryFolder({ 'plugin.json': asking, 'index.ts': 'throw new Error("runs")' });
  const cwd = temporaryFolder({
    '.git/HEAD': '',
    '.forge/plugins/own/plugin.json': manifest('own', { agents: ['own'] }),
    '.forge/plugins/own/index.ts': 'throw new Error("runs")',
  });
  const env = { SITE: 'https://acme.example', SITE_TOKEN: 'abcdefgh', OTHER: 'x', ANTHROPIC_API_KEY: 'sk-ant-1' };
  const plugins = [
    { use: elsewhere, options: { rules: ['a'] }, inProcess: true },
    { use: 'own', options: {}, inProcess: true },
  ];
  const opened = await host(cwd, { env, flags: { plugins }, ...more });
  return { place: opened.get(tokens.runDeps).agentPlace(name), elsewhere, cwd };
}

describe('the place of an agent', () => {
  it.each([['strict'], ['@acme/house/strict']])(
    'of %s: folder, options, and those variables that its manifest asks for; no code runs',
    async (name) => {
      const { place, elsewhere } = await placeOf(name);
      expect(await place).toEqual({
        agent: 'strict',
        plugin: '@acme/house',
        folder: elsewhere,
        origin: 'configuration',
        options: { rules: ['a'] },
        variables: { SITE: 'https://acme.example', SITE_TOKEN: 'abcdefgh' },
      });
    },
  );

  it('is told of code of the repository once that is trusted', async () => {
    await expect((await placeOf('own')).place).rejects.toMatchObject({ code: 'TRUST_REQUIRED' });
    const { place, cwd } = await placeOf('own', { trust: true });
    expect(await place).toMatchObject({ folder: join(cwd, '.forge/plugins/own'), origin: 'project' });
  });

  it('is nowhere for one whose plugin has a process of its own', async () => {
    const { place } = await placeOf('strict', { flags: { plugins: [temporaryFolder({ 'plugin.json': asking })] } });
    expect(await place).toBeUndefined();
  });

  it('is not known for an agent that nobody has', async () => {
    await expect((await placeOf('lax')).place).rejects.toMatchObject({ code: 'CONTRIBUTION_NOT_FOUND' });
  });

  it.each([
    ['an agent that is an object here', 'here', {}],
    ['options that are not JSON', 'strict', { visit: () => 1 }],
  ])('cannot be told of %s', async (_, name, options) => {
    const inlinePlugins = [inline('in-app', { agents: ['here'] }, definePlugin({}))];
    const elsewhere = temporaryFolder({ 'plugin.json': asking, 'index.ts': '' });
    const { place } = await placeOf(name, {
      inlinePlugins,
      flags: { plugins: [{ use: elsewhere, options, inProcess: true }] },
    });
    await expect(place).rejects.toMatchObject({ code: 'UNSUPPORTED', details: { fix: expect.any(String) } });
  });
});
