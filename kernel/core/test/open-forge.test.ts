import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { definePlugin } from '@forge/plugin-api';
import { describe, expect, it } from 'vitest';
import { inline, tool } from './support/fakes.ts';
import { noSandbox } from './support/no-sandbox.ts';
import { manifest, open, openFaults } from './support/open.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

describe('opening', () => {
  it('needs no configuration, starts no plugin and writes nothing', async () => {
    const cwd = temporaryFolder({ '.git/HEAD': '', 'src/a.ts': '' });
    const home = temporaryFolder();
    const forge = await open(join(cwd, 'src'), {
      env: { HOME: home },
      inlinePlugins: [inline('p', { tools: ['x'] }, definePlugin({ tools: [tool('x')] }))],
    });
    expect(forge.configFile).toBeUndefined();
    expect(forge.config.safety.budgetUsd).toBe(2);
    expect(forge.stateDirectory).toBe(join(cwd, '.forge'));
    expect(forge.plugins).toMatchObject([{ manifest: { name: 'p' }, origin: 'default', active: false }]);
    await forge.engine();
    expect(forge.plugins[0]?.active).toBe(false);
    await forge.close();
    expect(readdirSync(cwd).sort()).toEqual(['.git', 'src']);
    expect(readdirSync(home)).toEqual([]);
  });

  it('lets each layer win over the one before', async () => {
    const home = temporaryFolder({
      '.config/forge/config.yaml': 'concurrency: 2\nsafety: { budgetUsd: 1, maxMinutes: 1 }\nreview: { rounds: 1 }',
    });
    const cwd = temporaryFolder({
      '.git/HEAD': '',
      'forge.config.json': { safety: { budgetUsd: 0.5 }, concurrency: 3, review: { rounds: 5 } },
    });
    const forge = await open(cwd, {
      env: { HOME: home, FORGE_CONCURRENCY: '4', FORGE_SAFETY__BUDGET_USD: '7' },
      flags: { safety: { budgetUsd: 9 } },
    });
    const { safety, concurrency, review } = forge.config;
    expect([safety.budgetUsd, safety.maxMinutes, concurrency, review.rounds]).toEqual([9, 1, 4, 5]);
    const shown = Object.fromEntries(forge.origins.map(({ path, source }) => [path, source]));
    expect(shown).toMatchObject({
      'safety.budgetUsd': 'command line',
      'safety.maxMinutes': join(home, '.config/forge/config.yaml'),
      concurrency: 'FORGE_CONCURRENCY',
      'review.rounds': 'forge.config.json',
      'safety.maxTokens': 'default',
    });
    expect(forge.configFile).toBe(join(cwd, 'forge.config.json'));
  });

  it('shows every origin without secrets', async () => {
    const cwd = temporaryFolder({
      'forge.config.json': {
        plugins: [{ use: 'p', options: { site: 'a', apiKey: 'short', nested: { words: 'my-known-secret here' } } }],
      },
    });
    const inlinePlugins = [inline('p', {}, definePlugin({}), { permissions: { secrets: ['KNOWN'] } })];
    const forge = await open(cwd, { inlinePlugins, env: { KNOWN: 'my-known-secret' } });
    expect(forge.origins.find(({ path }) => path === 'plugins.p')).toEqual({
      path: 'plugins.p',
      value: { site: 'a', apiKey: '[masked]', nested: { words: '[masked] here' } },
      source: 'forge.config.json',
    });
  });

  it('finds a custom agent by its name in the configuration', async () => {
    const cwd = temporaryFolder({
      'forge.config.ts': `import { defineConfig } from '@forge/plugin-api';
export default defineConfig({ plugins: ['./reviewer'], agents: { reviewer: 'custom-security-reviewer' } });`,
      'reviewer/plugin.json': manifest('custom-reviewer', { agents: ['custom-security-reviewer'] }),
      'reviewer/index.ts': `import { defineAgent, definePlugin } from '@forge/plugin-api';
export default definePlugin({ agents: [defineAgent({
  id: 'custom-security-reviewer', type: 'reviewer', execute: async () => ({ approved: true, findings: [] }),
})] });`,
    });
    const forge = await open(cwd, { trust: true, inlinePlugins: [noSandbox] });
    expect(forge.config.agents.reviewer).toBe('custom-security-reviewer');
    expect(await forge.get('agent', forge.config.agents.reviewer)).toMatchObject({ type: 'reviewer' });
  });
});

describe('all faults at once', () => {
  it('of configuration, environment, flags and manifests', async () => {
    const cwd = temporaryFolder({
      '.git/HEAD': '',
      'forge.config.yaml': `saftey: {}
agents:
  reviewer: custom-security-reviewr
plugins:
  - use: '@acme/jira'
    options: { sit: https://acme.atlassian.net }
  - ./gone
`,
      '.forge/plugins/broken/plugin.json': '{}',
    });
    const options = { type: 'object', properties: { site: { type: 'string' } }, additionalProperties: false };
    const inlinePlugins = [
      inline('@acme/jira', { agents: ['custom-security-reviewer'] }, definePlugin({}), { options }),
      inline('@acme/other', { agents: ['custom-security-reviewer'] }, definePlugin({})),
    ];
    const faults = await openFaults(cwd, { inlinePlugins, env: { FORGE_CONCURENCY: '3' }, flags: { concurrency: 0 } });
    expect(faults).toEqual([
      'CONFIG_INVALID forge.config.yaml:1:1 unknown key "saftey" — did you mean "safety"?',
      'CONTRIBUTION_NOT_FOUND forge.config.yaml:3:13 agents.reviewer: there is no agent "custom-security-reviewr" — did you mean "custom-security-reviewer"?',
      'PLUGIN_OPTIONS forge.config.yaml:6:16 plugins[0] (@acme/jira): unknown option "sit" — did you mean "site"?',
      'PLUGIN_NOT_FOUND forge.config.yaml:7:5 plugins[1]: there is no plugin.json in gone',
      'CONFIG_INVALID FORGE_CONCURENCY unknown variable FORGE_CONCURENCY — did you mean "FORGE_CONCURRENCY"?',
      'CONFIG_INVALID command line concurrency: expected a number of at least 1, found 0',
      'MANIFEST_INVALID .forge/plugins/broken/plugin.json:1:1 name: is missing',
      'MANIFEST_INVALID .forge/plugins/broken/plugin.json:1:1 version: is missing',
      'MANIFEST_INVALID .forge/plugins/broken/plugin.json:1:1 type: is missing: expected agent, tool, llm, memory, store, bus, executor, sandbox, gate, deployer, webhook, bundle',
      'MANIFEST_INVALID .forge/plugins/broken/plugin.json:1:1 entry: is missing',
      'MANIFEST_INVALID .forge/plugins/broken/plugin.json:1:1 provides: is missing',
      'CONTRIBUTION_DUPLICATE @acme/other/plugin.json:8:7 provides.agents[0]: the agent "custom-security-reviewer" has two owners',
    ]);
  });

  it('misses required options of plugins that are named without any, and of no others', async () => {
    const options = { type: 'object', properties: { site: { type: 'string' } }, required: ['site'] };
    const inlinePlugins = ['a', 'b', 'c', 'd'].map((name) => inline(name, {}, definePlugin({}), { options }));
    const plugins = ['a', { use: 'b', options: {} }, { use: 'c', enabled: false }];
    const cwd = temporaryFolder({ '.git/HEAD': '', 'forge.config.json': { plugins } });
    expect(await openFaults(cwd, { inlinePlugins })).toEqual([
      'PLUGIN_OPTIONS forge.config.json:3:5 plugins[0].site (a): is missing',
      'PLUGIN_OPTIONS forge.config.json:6:7 plugins[1].site (b): is missing',
    ]);
  });

  it('blames no name that a plugin with faults may bring', async () => {
    const config = { agents: { reviewer: 'wizard' }, bus: 'fast', plugins: ['./gone'] };
    const cwd = temporaryFolder({ '.git/HEAD': '', 'forge.config.json': config });
    expect(await openFaults(cwd)).toEqual([expect.stringMatching(/^PLUGIN_NOT_FOUND /)]);
    const whole = temporaryFolder({ '.git/HEAD': '', 'forge.config.json': { ...config, plugins: [] } });
    expect(await openFaults(whole)).toEqual([
      'CONTRIBUTION_NOT_FOUND forge.config.json:3:17 agents.reviewer: there is no agent "wizard"',
      'CONTRIBUTION_NOT_FOUND forge.config.json:5:10 bus: there is no bus "fast"',
    ]);
  });

  it('shows no secret in a frame or message', async () => {
    const config =
      '{ "plugins": [{ "use": "p", "options": { "apiKey": "hush-hush-hush", "sit": "hush-hush-hush" } }] }';
    const options = { type: 'object', properties: { apiKey: {}, site: {} }, additionalProperties: false };
    const inlinePlugins = [inline('p', {}, definePlugin({}), { options })];
    const error = await open(temporaryFolder({ 'forge.config.json': config }), { inlinePlugins }).catch(
      (caught: unknown) => caught,
    );
    expect(error).toMatchObject({ code: 'PLUGIN_OPTIONS', details: { frame: expect.stringContaining('[masked]') } });
    expect(JSON.stringify(error)).not.toContain('hush');
  });

  it('knows the variables that plugins read', async () => {
    const plugin = inline('p', {}, definePlugin({}), { permissions: { env: ['FORGE_RECORDING'] } });
    expect(await openFaults(temporaryFolder(), { inlinePlugins: [plugin], env: { FORGE_RECORDING: 'x' } })).toEqual([]);
    expect(await openFaults(temporaryFolder(), { env: { FORGE_RECORDING: 'x' } })).toHaveLength(1);
  });

  it('does not mind that a default names what an app does not bring', async () => {
    const forge = await open(temporaryFolder());
    await expect(forge.store()).rejects.toMatchObject({ code: 'CONTRIBUTION_NOT_FOUND' });
  });
});

describe('closing', () => {
  it('is the same for everybody who asks', async () => {
    const forge = await open(temporaryFolder());
    expect(forge.close()).toBe(forge.close());
    await forge.close();
  });
});

describe('the default plugins', () => {
  it('have manifests without faults, and answer to every name of the defaults', async () => {
    const pluginFolder = join(import.meta.dirname, '../../../plugins');
    const forge = await open(temporaryFolder(), { pluginFolders: [pluginFolder] });
    const { config } = forge;
    expect(existsSync(join(pluginFolder, 'agent'))).toBe(true);
    const names = (kind: Parameters<typeof forge.names>[0]) => forge.names(kind).map(({ name }) => name);
    expect(names('agent')).toEqual(expect.arrayContaining(Object.values(config.agents)));
    expect(names('llm')).toEqual(expect.arrayContaining([...(config.llm.auto ?? [])]));
    expect(names('gate')).toEqual(expect.arrayContaining([...config.gates]));
    for (const kind of ['store', 'memory', 'bus', 'executor'] as const) expect(names(kind)).toContain(config[kind]);
    expect(names('deployer')).toContain(config.deployment.deployer);
  });
});
