import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ForgeOptions } from '../../src/forge.ts';
import { addPlugin, type AddPluginRequest } from '../../src/installation/add-plugin.ts';
import type { PluginProposal } from '../../src/installation/look-at-plugin.ts';
import { readPluginLock, writePluginLock } from '../../src/installation/plugin-lock.ts';
import { openForge } from '../../src/open-forge.ts';
import { noSandbox } from '../support/no-sandbox.ts';
import { hostOptions, manifest } from '../support/open.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const allRights = "runs in Forge's own process, with all your rights";

/** A plugin whose tool says in which process it runs. */
const where = `import { definePlugin, defineTool, z } from '@forge/plugin-api';
const where = defineTool({
  name: 'where', description: 'Says where it runs', effect: 'read',
  schema: { input: z.strictObject({}), output: z.int() }, execute: async () => process.pid,
});
export default definePlugin({ tools: [where] });
`;

function project() {
  const cwd = temporaryFolder({
    '.git/HEAD': '',
    'own/plugin.json': manifest('own', { tools: ['where'] }),
    'own/index.ts': where,
  });
  const forge: ForgeOptions = hostOptions(cwd, { inlinePlugins: [noSandbox], env: { HOME: temporaryFolder() } });
  const proposals: PluginProposal[] = [];
  const add = (more: Partial<AddPluginRequest> = {}) =>
    addPlugin(forge, {
      spec: './own',
      options: {},
      exact: false,
      dryRun: false,
      confirm: async (proposal) => proposals.push(proposal) > 0,
      ask: async () => undefined,
      report: () => {},
      signal: new AbortController().signal,
      ...more,
    });
  const isHere = async () => {
    const opened = await openForge(forge);
    try {
      const tool = await opened.get('tool', 'where');
      return (await tool.execute({}, { signal: new AbortController().signal } as never)) === process.pid;
    } finally {
      await opened.close();
    }
  };
  const config = () => JSON.parse(readFileSync(join(cwd, 'forge.config.json'), 'utf8')) as unknown;
  const configure = (plugins: unknown) => writeFileSync(join(cwd, 'forge.config.json'), JSON.stringify({ plugins }));
  return { cwd, add, isHere, config, configure, proposals, lock: () => readPluginLock(cwd)?.['own'] };
}

describe('without the word of a person', () => {
  it('a plugin runs in a process of its own', async () => {
    const { add, isHere, config, lock, proposals } = project();
    await add();
    expect(await isHere()).toBe(false);
    expect([config(), lock()?.inProcess, proposals[0]?.newPermissions]).toEqual([
      { plugins: ['./own'] },
      undefined,
      [],
    ]);
  });

  it('a repository that says so for a plugin that nobody added is not believed', async () => {
    const { configure, isHere } = project();
    configure([{ use: './own', inProcess: true }]);
    await expect(isHere()).rejects.toMatchObject({
      code: 'TRUST_REQUIRED',
      message: expect.stringContaining("own in Forge's own process"),
    });
  });

  it('a repository that says so for one that was added without is not believed', async () => {
    const { add, configure, isHere } = project();
    await add();
    configure([{ use: './own', inProcess: true }]);
    await expect(isHere()).rejects.toMatchObject({
      code: 'PLUGIN_CHANGED',
      details: { why: expect.stringContaining("it is to run in Forge's own process, with all your rights") },
    });
  });

  it('approving it again because the repository says so takes that word, too', async () => {
    const { add, configure, lock, proposals } = project();
    await add();
    configure([{ use: './own', inProcess: true }]);
    await expect(add()).rejects.toMatchObject({ code: 'TRUST_REQUIRED' });
    expect([proposals[1]?.newPermissions, lock()?.inProcess]).toEqual([[allRights], undefined]);
  });
});

describe('with it', () => {
  it('one flag is enough: it is shown, written down and so', async () => {
    const { add, isHere, config, lock, proposals } = project();
    await add({ inProcess: true });
    expect(proposals[0]?.newPermissions).toEqual([allRights]);
    expect(config()).toEqual({ plugins: [{ use: './own', inProcess: true }] });
    expect(lock()?.inProcess).toBe(true);
    expect(await isHere()).toBe(true);
  });

  it('the repository may ask for it once the person has said so', async () => {
    const { add, configure, isHere } = project();
    await add();
    configure([{ use: './own', inProcess: true }]);
    await add({ inProcess: true });
    expect(await isHere()).toBe(true);
  });

  it('the plugin does not load when the lock does not say so any more', async () => {
    const { add, cwd, isHere, lock } = project();
    await add({ inProcess: true });
    const { inProcess: _taken, ...rest } = lock() ?? (undefined as never);
    await writePluginLock(cwd, { own: rest });
    await expect(isHere()).rejects.toMatchObject({ code: 'PLUGIN_CHANGED' });
  });

  it('other files need another yes, and stay in there without another flag', async () => {
    const { add, cwd, isHere, proposals } = project();
    await add({ inProcess: true });
    writeFileSync(join(cwd, 'own/index.ts'), `${where}// more\n`);
    await expect(isHere()).rejects.toMatchObject({ code: 'PLUGIN_CHANGED' });
    await add();
    expect(proposals[1]?.newPermissions).toEqual([]);
    expect(await isHere()).toBe(true);
  });

  it('a configuration that does not say so any more takes it out again', async () => {
    const { add, configure, isHere } = project();
    await add({ inProcess: true });
    configure(['./own']);
    expect(await isHere()).toBe(false);
  });
});
