import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { faultsOf } from '@forge/plugin-api';
import { describe, expect, it } from 'vitest';
import type { ForgeOptions } from '../../src/forge.ts';
import { addPlugin, type AddPluginRequest } from '../../src/installation/add-plugin.ts';
import type { PluginProposal } from '../../src/installation/look-at-plugin.ts';
import { readPluginLock } from '../../src/installation/plugin-lock.ts';
import { examinePlugins } from '../../src/inspection/examine-plugins.ts';
import { removePlugin } from '../../src/installation/remove-plugin.ts';
import { updateSpec } from '../../src/installation/update-spec.ts';
import { openForge } from '../../src/open-forge.ts';
import { noSandbox } from '../support/no-sandbox.ts';
import { hostOptions, silent } from '../support/open.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

interface Written {
  readonly version?: string;
  readonly permissions?: object;
  readonly body?: string;
  /** More of its manifest. */
  readonly more?: object;
}

const module = (version: string) => `import { definePlugin, defineTool, z } from '@forge/plugin-api';
const hello = (site) => defineTool({
  name: 'hello', description: 'Says hello, version ${version}', effect: 'read',
  schema: { input: z.strictObject({}), output: z.string() }, execute: async () => site,
});
export default definePlugin({ options: z.strictObject({ site: z.url() }), setup: ({ options }) => ({ tools: [hello(options.site)] }) });
`;

/** The same plugin with such a check. */
const checked = (check: string) =>
  module('1.0.0').replace('tools: [hello(options.site)]', `tools: [hello(options.site)], check: ${check}`);

const bringsNothing = `import { definePlugin, z } from '@forge/plugin-api';
export default definePlugin({ options: z.any(), setup: () => ({}) });
`;

const strict = {
  options: { type: 'object', properties: { site: {} }, required: ['site'], additionalProperties: false },
};

/** The folder of a plugin that would leave a trace if one of its scripts ran. */
function pluginFolder({
  version = '1.0.0',
  permissions = {},
  body = module(version),
  more = {},
}: Written = {}): string {
  return temporaryFolder({
    'package.json': {
      name: 'forge-plugin-hello',
      version,
      type: 'module',
      scripts: Object.fromEntries(
        ['preinstall', 'install', 'postinstall', 'prepare', 'prepack'].map((name) => [name, 'touch script-ran']),
      ),
    },
    'plugin.json': {
      name: 'forge-plugin-hello',
      version,
      type: 'tool',
      entry: './index.js',
      provides: { tools: ['hello'] },
      options: { type: 'object', properties: { site: { type: 'string' } }, required: ['site'] },
      permissions,
      ...more,
    },
    'index.js': body,
  });
}

function archive(written: Written = {}): string {
  const folder = pluginFolder(written);
  const args = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder];
  return join(folder, execFileSync('npm', args, { cwd: folder, encoding: 'utf8' }).trim());
}

function project(
  files: Parameters<typeof temporaryFolder>[0] = { 'package.json': { name: 'project', private: true } },
) {
  const cwd = temporaryFolder({ '.git/HEAD': '', ...files });
  const proposals: PluginProposal[] = [];
  const { PATH } = process.env;
  const forge: ForgeOptions = hostOptions(cwd, {
    inlinePlugins: [noSandbox],
    env: { PATH, HOME: temporaryFolder(), npm_config_offline: 'true' },
  });
  const request = (spec: string, more: Partial<AddPluginRequest> = {}): AddPluginRequest => ({
    spec,
    options: { site: 'https://acme.example' },
    exact: false,
    inProcess: false,
    dryRun: false,
    confirm: async (proposal) => (proposals.push(proposal), true),
    ask: async () => undefined,
    report: () => {},
    signal: new AbortController().signal,
    ...more,
  });
  return {
    cwd,
    forge,
    proposals,
    add: (spec: string, more?: Partial<AddPluginRequest>) => addPlugin(forge, request(spec, more)),
    remove: (name: string) => removePlugin(forge, { name, report: () => {}, signal: new AbortController().signal }),
    read: (path: string) => readFileSync(join(cwd, path), 'utf8'),
    files: () =>
      readdirSync(cwd)
        .filter((name) => !['node_modules', '.forge'].includes(name))
        .sort(),
    async hello() {
      const opened = await openForge(forge);
      try {
        const tool = await opened.get('tool', 'hello');
        return await tool.execute({}, undefined as never);
      } finally {
        await opened.close();
      }
    },
  };
}

describe('forge plugin add', () => {
  it('shows the plugin, installs it without scripts, writes it down and can start it', async () => {
    const { add, cwd, hello, proposals, read } = project();
    const added = await add(archive({ permissions: { secrets: ['HELLO_TOKEN'], exec: true } }));
    expect(proposals).toMatchObject([
      {
        brings: ['tool hello'],
        packageManager: 'npm',
        makesPackage: false,
        replaces: undefined,
        newPermissions: ['reads the secret HELLO_TOKEN', 'starts programs'],
      },
    ]);
    expect(added).toMatchObject({ missingSecrets: ['HELLO_TOKEN'], configFile: join(cwd, 'forge.config.json') });
    expect(JSON.parse(read('forge.config.json'))).toEqual({
      plugins: [{ use: 'forge-plugin-hello', options: { site: 'https://acme.example' } }],
    });
    expect(readPluginLock(cwd)).toMatchObject({
      'forge-plugin-hello': { version: '1.0.0', integrity: expect.stringMatching(/^sha512-/) },
    });
    expect(existsSync(join(cwd, 'node_modules/forge-plugin-hello/script-ran'))).toBe(false);
    expect(await hello()).toBe('https://acme.example');
  });

  it('says what it costs and what its check found, which waits for the secrets', async () => {
    const { add, forge } = project();
    const body = checked('({ signal }) => ({ ok: !signal.aborted, detail: "as ada" })');
    const { promptTokens, check } = (await add(archive({ body, more: { promptTokens: 200 } }))) ?? {};
    expect(check).toEqual({ ok: true, detail: 'as ada' });
    expect(promptTokens).toBeGreaterThan(20);
    const { plugins } = await examinePlugins(forge);
    const installed = plugins.filter(({ name }) => name !== 'no-sandbox');
    expect(installed).toMatchObject([{ name: 'forge-plugin-hello', ok: true, state: 'ok', promptTokens, check }]);

    const secret = checked('() => ({ ok: false, detail: "without a key" })');
    const added = await project().add(archive({ body: secret, permissions: { secrets: ['HELLO_TOKEN'] } }));
    expect(added).toMatchObject({ missingSecrets: ['HELLO_TOKEN'], check: undefined });
  });

  it('uses a folder where it lies, and makes a package where one is needed', async () => {
    const own = project({ 'tools/hello/keep': '' });
    for (const name of ['package.json', 'plugin.json', 'index.js']) {
      writeFileSync(join(own.cwd, 'tools/hello', name), readFileSync(join(pluginFolder(), name)));
    }
    await own.add('./tools/hello');
    expect(own.files()).toEqual(['.git', 'forge.config.json', 'forge.plugins.lock', 'tools']);
    expect(own.read('forge.config.json')).toContain('"./tools/hello"');
    expect(await own.hello()).toBe('https://acme.example');

    const bare = project({});
    await bare.add(archive());
    expect(bare.proposals).toMatchObject([{ makesPackage: true }]);
    expect(await bare.hello()).toBe('https://acme.example');
  });

  it('changes nothing when the person declines, and nothing in a dry run', async () => {
    const { add, files } = project();
    expect(await add(archive(), { confirm: async () => false })).toBeUndefined();
    expect(await add(archive(), { dryRun: true })).toBeUndefined();
    expect(files()).toEqual(['.git', 'package.json']);
  });

  it.each<[string, Written, Partial<AddPluginRequest>, string]>([
    ['it cannot start', { body: 'throw new Error("broken");' }, {}, 'PLUGIN_LOAD'],
    ['it brings something else than it says', { body: bringsNothing }, {}, 'PLUGIN_MISMATCH'],
    [
      'its check says no',
      { body: checked('async () => ({ ok: false, detail: "the key is refused" })') },
      {},
      'PLUGIN_CHECK',
    ],
    ['its check throws', { body: checked('() => { throw new Error("no answer"); }') }, {}, 'PLUGIN_CHECK'],
    ['it costs more than it says', { more: { promptTokens: 3 } }, {}, 'PLUGIN_MISMATCH'],
    ['its options are refused', {}, { options: { site: 'no address' } }, 'PLUGIN_OPTIONS'],
    ['an option is missing and nobody is there', {}, { options: {} }, 'USAGE'],
    ['an option is none of its own', { more: strict }, { options: { sit: 'https://a.example' } }, 'USAGE'],
    ['a secret would go into the file', {}, { options: { site: 'https://a.example', apiToken: 'x' } }, 'USAGE'],
  ])('leaves everything as it was when %s', async (_, written, more, code) => {
    const { add, files, read } = project();
    const before = read('package.json');
    const error: unknown = await add(archive(written), more).catch((fault: unknown) => fault);
    expect(faultsOf(error).map((fault) => fault.code)).toEqual([code]);
    expect({ files: files(), packageJson: read('package.json') }).toEqual({
      files: ['.git', 'package.json'],
      packageJson: before,
    });
  });

  it('refuses an option that its manifest refuses before anything is installed, and asks again for an answer', async () => {
    const { add, read } = project();
    const steps: string[] = [];
    const report = (step: string) => void steps.push(step);
    const site = { type: 'string', format: 'uri' };
    const spec = archive({ more: { options: { type: 'object', properties: { site }, required: ['site'] } } });
    const wrong = add(spec, { options: { site: 'no address' }, report });
    await expect(wrong).rejects.toMatchObject({ code: 'PLUGIN_OPTIONS', message: expect.stringContaining('site') });
    expect(steps).toEqual([`looking at ${spec}`]);
    const asked: unknown[] = [];
    const answers = ['', 'no address', 'https://b.example'];
    await add(spec, { options: {}, ask: async ({ problem }) => (asked.push(problem), answers.shift()) });
    expect(asked).toEqual([undefined, 'it is needed', 'Invalid URL']);
    expect(read('forge.config.json')).toContain('https://b.example');
  });

  it('uninstalls it also when the person has had enough', async () => {
    const { add, cwd, files } = project();
    const enough = new AbortController();
    const report = (step: string) => {
      if (step === 'starting it once') enough.abort(new Error('enough'));
    };
    const broken = archive({ body: 'throw new Error("broken");' });
    await expect(add(broken, { report, signal: enough.signal })).rejects.toMatchObject({ code: 'PLUGIN_LOAD' });
    expect(files()).toEqual(['.git', 'package.json']);
    expect(existsSync(join(cwd, 'node_modules/forge-plugin-hello'))).toBe(false);
  });

  it('says what is wrong before anything happens', async () => {
    const { add, files } = project();
    await expect(add('./nothing-here.tgz')).rejects.toMatchObject({ code: 'PLUGIN_NOT_FOUND' });
    await expect(add('nothing-here.tgz')).rejects.toMatchObject({
      code: 'INSTALL_FAILED',
      details: { why: expect.stringContaining('no such file') },
    });
    await expect(add(temporaryFolder({ 'package.json': {} }))).rejects.toMatchObject({ code: 'PLUGIN_NOT_FOUND' });
    await expect(add(temporaryFolder({ 'plugin.json': { name: 'x' } }))).rejects.toThrow(/version/);
    expect(files()).toEqual(['.git', 'package.json']);
  });
});

describe('a plugin that was approved', () => {
  it('does not load once its files are others, and loads when they are approved', async () => {
    const { add, cwd, forge, hello } = project();
    await add(archive());
    const file = join(cwd, 'node_modules/forge-plugin-hello/index.js');
    writeFileSync(file, `${readFileSync(file, 'utf8')}\n// more\n`);
    await expect(hello()).rejects.toMatchObject({
      code: 'PLUGIN_CHANGED',
      details: { plugin: 'forge-plugin-hello', why: expect.stringContaining('its files differ') },
    });
    // Nothing is begun with it, and what was done before can be looked at.
    const warnings: string[] = [];
    const opened = await openForge({ ...forge, log: { ...silent, warn: (message) => warnings.push(message) } });
    const engine = await opened.engine();
    const requirement = { task: 'Do it', constraints: [], acceptanceCriteria: [], images: [] };
    await expect(engine.start({ requirement, directory: cwd })).rejects.toMatchObject({ code: 'PLUGIN_CHANGED' });
    await opened.close();
    expect(warnings).toEqual([]);
    await add(archive());
    expect(await hello()).toBe('https://acme.example');
  });

  it('shows at an update what it may newly do, and remembers the version before', async () => {
    const { add, cwd, forge, proposals, read } = project();
    await add(archive({ permissions: { env: ['SITE'] } }));
    const config = read('forge.config.json');
    await add(archive({ version: '1.1.0', permissions: { env: ['SITE'], exec: true } }));
    expect(proposals[1]).toMatchObject({ replaces: '1.0.0', newPermissions: ['starts programs'] });
    expect(readPluginLock(cwd)?.['forge-plugin-hello']).toMatchObject({
      version: '1.1.0',
      previous: { version: '1.0.0' },
    });
    expect(read('forge.config.json')).toBe(config);
    expect(() => updateSpec(forge, 'forge-plugin-hello', { rollback: true })).toThrow(/came from an archive/);
    expect(() => updateSpec(forge, 'other', { rollback: false })).toThrow(/was not added/);
  });

  it('gets the options that are said when it is added again, and keeps its others', async () => {
    const { add, hello, read } = project();
    await add(archive());
    const body = module('1.0.0').replace('z.strictObject({ site: z.url() })', 'z.object({ site: z.url() })');
    await add(archive({ body }), { options: { word: 'Hi' } });
    await add(archive({ body }), { options: { site: 'https://other.example' } });
    expect(JSON.parse(read('forge.config.json'))).toEqual({
      plugins: [{ use: 'forge-plugin-hello', options: { site: 'https://other.example', word: 'Hi' } }],
    });
    expect(await hello()).toBe('https://other.example');
    await expect(add(archive({ body }), { options: { site: 'no address' } })).rejects.toThrow(/site/);
    expect(await hello()).toBe('https://other.example');
  });

  it.each([
    ['forge.config.json', '{ "safety": { "budgetUsd": 5 } }\n'],
    ['forge.config.yaml', 'safety:\n  budgetUsd: 5\n'],
    ['forge.config.ts', 'export default { safety: { budgetUsd: 5 } };\n'],
  ])('asks for no trust in %s that was trusted: not when it is added, undone, nor removed', async (file, text) => {
    const { add, forge, remove } = project({ 'package.json': { name: 'project', private: true }, [file]: text });
    const opens = async (more = {}) => (await openForge({ ...forge, ...more })).close();
    await opens({ trust: true });
    await expect(add(archive({ body: 'throw new Error("broken");' }))).rejects.toMatchObject({ code: 'PLUGIN_LOAD' });
    await opens();
    await add(archive());
    await opens();
    // Code that this process has read is not read again.
    if (file.endsWith('.ts')) return;
    await remove('forge-plugin-hello');
    await opens();
  });

  it('is there as it was when an update fails', async () => {
    const { add, cwd, hello, read } = project();
    await add(archive());
    const before = read('package.json');
    const broken = archive({ version: '1.1.0', body: 'throw new Error("broken");' });
    await expect(add(broken)).rejects.toMatchObject({ code: 'PLUGIN_LOAD' });
    expect(await hello()).toBe('https://acme.example');
    expect(read('package.json')).toBe(before);
    expect(readdirSync(join(cwd, 'node_modules')).filter((name) => name.includes('hello'))).toEqual([
      'forge-plugin-hello',
    ]);
  });

  it('goes with all that came with it', async () => {
    const { add, cwd, files, read, remove } = project();
    await add(archive());
    expect(await remove('forge-plugin-hello')).toMatchObject({ uninstalled: true });
    expect(JSON.parse(read('forge.config.json'))).toEqual({ plugins: [] });
    expect(read('package.json')).not.toContain('hello');
    expect(existsSync(join(cwd, 'node_modules/forge-plugin-hello'))).toBe(false);
    expect(files()).not.toContain('forge.plugins.lock');
    await expect(remove('forge-plugin-hello')).rejects.toMatchObject({ code: 'PLUGIN_NOT_FOUND' });
  });

  it('stays when something of it is still named', async () => {
    const { add, cwd, read, remove } = project();
    await add(archive());
    const config = { ...(JSON.parse(read('forge.config.json')) as object), tools: { allow: ['hello'] } };
    writeFileSync(join(cwd, 'forge.config.json'), JSON.stringify(config));
    await expect(remove('forge-plugin-hello')).rejects.toMatchObject({ code: 'CONTRIBUTION_NOT_FOUND' });
    expect(JSON.parse(read('forge.config.json'))).toEqual(config);
  });
});
