import { readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { definePlugin, type Interaction, type Prompt, z } from '@forge/plugin-api';
import { describe, expect, it } from 'vitest';
import type { ForgeOptions } from '../../src/forge.ts';
import { manifest, open } from '../support/open.ts';
import { type Files, temporaryFolder, writeFiles } from '../support/temporary-folder.ts';

const ran = globalThis as { forgeTestRan?: string[] };

const letIn = { plugins: [{ use: 'mine', options: {}, inProcess: true }] };

/** A folder and a home; every module in it says when it runs. */
function scene(files: Files, env: Record<string, string> = {}) {
  const cwd = temporaryFolder({ '.git/HEAD': '', ...files });
  const home = temporaryFolder();
  ran.forgeTestRan = [];
  // In this process, where it can be seen whether code has run.
  const flags = Object.keys(files).some((path) => path.endsWith('mine/plugin.json')) ? letIn : {};
  const start = (more: Partial<ForgeOptions> = {}) =>
    open(cwd, { env: { HOME: home, ...env }, ...more, flags: { ...flags, ...more.flags } });
  return { cwd, home, start };
}

const says = (what: string, rest: string) => `globalThis.forgeTestRan.push('${what}');\n${rest}`;
const greet = `import { definePlugin } from '@forge/plugin-api';
export default definePlugin({ buses: [{ name: 'greet', publish: async () => {}, subscribe: () => () => {} }] });`;
const mine = (folder: string) => ({
  [`${folder}/plugin.json`]: manifest('mine', { buses: ['greet'] }),
  [`${folder}/index.ts`]: says('plugin', greet),
});
const answering = (answer: string | undefined, asked: Prompt[] = []): Interaction => ({
  interactive: true,
  ask: async (prompt) => {
    asked.push(prompt);
    return answer;
  },
});

describe('nothing of a repository runs', () => {
  it('when its configuration is code', async () => {
    const { start } = scene({ 'forge.config.ts': says('config', 'export default { concurrency: 7 };') });
    await expect(start()).rejects.toMatchObject({
      code: 'TRUST_REQUIRED',
      message: 'This repository brings what you have not trusted yet: forge.config.ts',
      details: { fix: expect.stringContaining('--trust'), data: { files: ['forge.config.ts'] } },
    });
    expect(ran.forgeTestRan).toEqual([]);
  });

  it.each<[string, Files, string]>([
    ['a plugin in .forge/plugins', mine('.forge/plugins/mine'), '.forge/plugins/mine'],
    [
      'a plugin that it names by path',
      { ...mine('tools/mine'), 'forge.config.json': { plugins: ['./tools/mine'] } },
      'tools/mine',
    ],
    [
      'a package that it names',
      { ...mine('node_modules/mine'), 'forge.config.yaml': 'plugins: [mine]' },
      'node_modules/mine',
    ],
  ])('when it is %s', async (_name, files, name) => {
    const { start } = scene(files);
    const forge = await start();
    expect(forge.names('bus')).toEqual([{ name: 'greet', plugin: 'mine' }]);
    const expected = { code: 'TRUST_REQUIRED', message: expect.stringContaining(name) };
    await expect(forge.get('bus', 'greet')).rejects.toMatchObject(expected);
    expect(ran.forgeTestRan).toEqual([]);
  });

  it('when it names a plugin that lies elsewhere', async () => {
    const outside = temporaryFolder(mine('mine'));
    const { start } = scene({ 'forge.config.json': { plugins: [join(outside, 'mine')] } });
    const forge = await start();
    await expect(forge.get('bus', 'greet')).rejects.toMatchObject({ code: 'TRUST_REQUIRED' });
  });

  it('before a run, for all that the run would load', async () => {
    const { start } = scene({ ...mine('.forge/plugins/mine'), 'forge.config.json': { bus: 'greet' } });
    const forge = await start();
    await expect(forge.engine()).rejects.toMatchObject({ code: 'TRUST_REQUIRED' });
    const unused = scene(mine('.forge/plugins/mine'));
    expect(await (await unused.start()).engine()).toBeDefined();
  });

  it('with options for a plugin that reads secrets: they may say where the secrets go', async () => {
    const plugin = {
      manifest: manifest('@acme/llm', { buses: ['x'] }, { permissions: { secrets: ['ACME_KEY'] } }),
      definition: definePlugin({ buses: [{ name: 'x', publish: async () => {}, subscribe: () => () => {} }] }),
    };
    const { start } = scene({
      'forge.config.json': { plugins: [{ use: '@acme/llm', options: { baseUrl: 'https://evil' } }] },
    });
    const forge = await start({ inlinePlugins: [plugin] });
    await expect(forge.get('bus', 'x')).rejects.toMatchObject({
      code: 'TRUST_REQUIRED',
      message: expect.stringContaining('forge.config.json'),
      details: { why: expect.stringContaining('options for @acme/llm, which reads secrets') },
    });
  });
});

describe('options for a plugin that reads secrets', () => {
  const plugin = {
    manifest: manifest('@acme/llm', { buses: ['x'] }, { permissions: { secrets: ['ACME_KEY'] } }),
    definition: definePlugin({
      options: z.object({ baseUrl: z.string() }),
      setup: () => ({ buses: [{ name: 'x', publish: async () => {}, subscribe: () => () => {} }] }),
    }),
  };
  const config = { plugins: [{ use: '@acme/llm', options: { baseUrl: 'https://x' } }] };

  it.each([
    ['forge.config.json', JSON.stringify(config)],
    ['forge.config.json', JSON.stringify({ ...config, safety: { budgetUsd: 5 } })],
    ['forge.config.ts', `export default ${JSON.stringify(config)};`],
  ])('in %s are trusted once, from whichever folder', async (name, text) => {
    const { cwd, home, start } = scene({ [name]: text, 'deep/x': '' });
    await (await start({ trust: true, inlinePlugins: [plugin] })).close();
    for (const folder of [cwd, join(cwd, 'deep'), cwd]) {
      const forge = await open(folder, { env: { HOME: home }, inlinePlugins: [plugin] });
      expect((await forge.get('bus', 'x')).name).toBe('x');
    }
  });
});

describe('--trust', () => {
  it('holds for all that is there, whatever the command uses', async () => {
    const { start } = scene(mine('.forge/plugins/mine'));
    await start({ trust: true });
    expect((await (await start()).get('bus', 'greet')).name).toBe('greet');
  });

  it('is for the repository, by whichever way one comes to it', async () => {
    const { cwd, home, start } = scene(mine('.forge/plugins/mine'));
    await start({ trust: true });
    const way = join(temporaryFolder(), 'link');
    symlinkSync(cwd, way);
    const forge = await open(way, { env: { HOME: home }, flags: letIn });
    expect((await forge.get('bus', 'greet')).name).toBe('greet');
  });
});

describe('trust is not asked', () => {
  it('for data that names default plugins only', async () => {
    const { start } = scene({ 'forge.config.json': { concurrency: 7, safety: { budgetUsd: 1 } } });
    expect((await start()).config.concurrency).toBe(7);
  });

  it('for what the person says: their own file, the environment, flags', async () => {
    const outside = temporaryFolder(mine('mine'));
    const home = temporaryFolder({
      '.config/forge/config.ts': says(
        'user',
        `export default { plugins: [{ use: '${join(outside, 'mine')}', inProcess: true }] };`,
      ),
    });
    const cwd = temporaryFolder({ '.git/HEAD': '' });
    ran.forgeTestRan = [];
    const forge = await open(cwd, { env: { HOME: home } });
    await forge.get('bus', 'greet');
    expect(ran.forgeTestRan).toEqual(['user', 'plugin']);
    const byFlag = await open(cwd, {
      flags: { plugins: [{ use: join(outside, 'mine'), options: {}, inProcess: true }] },
    });
    expect((await byFlag.get('bus', 'greet')).name).toBe('greet');
  });
});

describe('trust is remembered', () => {
  const files = {
    'forge.config.ts': says(
      'config',
      "import { n } from './settings.ts';\nexport default { concurrency: n, plugins: ['./mine'] };",
    ),
    'settings.ts': 'export const n = 7;',
    ...mine('mine'),
  };

  it('after --trust, in the person’s own folder, until something changes', async () => {
    const { cwd, home, start } = scene(files);
    const first = await start({ trust: true });
    await first.get('bus', 'greet');
    const second = await start();
    expect(second.config.concurrency).toBe(7);
    expect((await second.get('bus', 'greet')).name).toBe('greet');
    const file = join(home, '.local/state/forge/trust.json');
    expect(
      Object.keys(
        (JSON.parse(readFileSync(file, 'utf8')) as { repositories: Record<string, object> }).repositories[cwd] ?? {},
      ),
    ).toEqual(['forge.config.ts', 'mine']);
    expect(statSync(file).mode & 0o777).toBe(0o600);

    writeFiles(cwd, { 'mine/another.ts': '' });
    const third = await start();
    await expect(third.get('bus', 'greet')).rejects.toMatchObject({
      code: 'TRUST_REQUIRED',
      message: expect.stringMatching(/: mine$/),
    });
    writeFiles(cwd, { 'settings.ts': 'export const n = 8;' });
    await expect(start()).rejects.toMatchObject({
      code: 'TRUST_REQUIRED',
      message: expect.stringMatching(/: forge.config.ts$/),
    });
  });

  it('for one repository and no other', async () => {
    const { home, start } = scene(files);
    await start({ trust: true });
    const other = temporaryFolder({ '.git/HEAD': '', ...files });
    await expect(open(other, { env: { HOME: home } })).rejects.toMatchObject({ code: 'TRUST_REQUIRED' });
  });

  it('by nobody when the file cannot be understood', async () => {
    const { home, start } = scene(files);
    await start({ trust: true });
    writeFiles(home, { '.local/state/forge/trust.json': '{"version":2}' });
    await expect(start()).rejects.toMatchObject({ code: 'TRUST_REQUIRED' });
    writeFiles(home, { '.local/state/forge/trust.json': 'nonsense' });
    await expect(start()).rejects.toMatchObject({ code: 'TRUST_REQUIRED' });
  });
});

describe('a person at the terminal', () => {
  const files = { 'forge.config.ts': says('config', 'export default { concurrency: 7 };') };

  it('is asked once and says yes', async () => {
    const { start } = scene(files);
    const asked: Prompt[] = [];
    await start({ interaction: answering('yes', asked) });
    await start({ interaction: answering('yes', asked) });
    expect(asked).toHaveLength(1);
    expect(asked[0]?.body).toContain('- forge.config.ts (configuration in code)');
    expect(asked[0]?.initial).toBe('no');
  });

  it.each([['no'], [undefined]])('may answer %s', async (answer) => {
    const { start } = scene(files);
    await expect(start({ interaction: answering(answer) })).rejects.toMatchObject({ code: 'TRUST_REQUIRED' });
    expect(ran.forgeTestRan).toEqual([]);
  });
});
