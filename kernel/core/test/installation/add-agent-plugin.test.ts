import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { definePlugin, type McpServers, type ProbeResult } from '@forge/plugin-api';
import { expect, it } from 'vitest';
import type { ForgeOptions } from '../../src/forge.ts';
import { openHost } from '../../src/host/open-host.ts';
import { tokens } from '../../src/host/tokens.ts';
import { examinePlugins } from '../../src/inspection/examine-plugins.ts';
import { listPlugins } from '../../src/inspection/list-plugins.ts';
import { addPlugin, type AddPluginRequest } from '../../src/installation/add-plugin.ts';
import type { PluginProposal } from '../../src/installation/look-at-plugin.ts';
import { readPluginLock } from '../../src/installation/plugin-lock.ts';
import { removePlugin } from '../../src/installation/remove-plugin.ts';
import { switchPlugin } from '../../src/installation/switch-plugin.ts';
import { openForge } from '../../src/open-forge.ts';
import { agentManifest, mcpFile, skillText } from '../agent-plugins/agent-plugin.ts';
import { inline, tool } from '../support/fakes.ts';
import { hostOptions } from '../support/open.ts';
import { type Files, temporaryFolder, writeFiles } from '../support/temporary-folder.ts';

const signal = new AbortController().signal;
const report = () => {};

/** What would run MCP servers: it writes down what it was asked for, and starts nothing. */
function runner(check: ProbeResult = { ok: true, detail: 'all there' }) {
  const seen: { servers?: McpServers; checked: unknown[] } = { checked: [] };
  const definition = definePlugin({
    setup: ({ mcpServers, readTrusted }) => {
      seen.servers = mcpServers;
      return {
        tools: [tool('mcp_find', { execute: async () => ({ file: await readTrusted('.mcp.json') }) })],
        check: ({ plugin }) => {
          seen.checked.push(plugin);
          return check;
        },
      };
    },
  });
  const provides = { tools: ['mcp_find'], integrations: ['mcp'] };
  return { seen, plugin: inline('runner', provides, definition, { optIn: true }) };
}

function project(given: Files = {}, check?: ProbeResult) {
  const cwd = temporaryFolder({
    '.git/HEAD': '',
    'reports/plugin.json': agentManifest({ version: '1.0', hooks: {} }),
    'reports/skills/sum/SKILL.md': skillText('sum'),
    'reports/mcp.json': mcpFile({ figures: { type: 'stdio', command: 'node', args: ['a b'] } }),
    ...given,
  });
  const { seen, plugin } = runner(check);
  const forge: ForgeOptions = hostOptions(cwd, { inlinePlugins: [plugin], env: { HOME: temporaryFolder() } });
  const proposals: PluginProposal[] = [];
  const add = (more: Partial<AddPluginRequest> = {}) =>
    addPlugin(forge, {
      spec: './reports',
      options: {},
      exact: false,
      dryRun: false,
      confirm: async (proposal) => {
        proposals.push(proposal);
        return true;
      },
      ask: async () => undefined,
      report,
      signal,
      ...more,
    });
  const offered = async () => {
    const { host, close } = await openHost(forge);
    const tools = (await host.get(tokens.runDeps).tools()).map(({ name }) => name);
    const { skills } = await host.get(tokens.skills).list();
    await close();
    return { tools, skills: skills.map(({ name }) => name) };
  };
  return { cwd, forge, add, seen, proposals, offered };
}

it('a plugin of the standard is shown, asked for, locked and started like any other', async () => {
  const { cwd, forge, add, seen, proposals, offered } = project();
  const added = await add();
  expect(proposals[0]).toMatchObject({
    brings: [],
    skills: [{ name: 'sum', description: 'How sum is done.' }],
    mcpServers: [{ name: 'figures', reach: 'node "a b"' }],
    notes: [expect.stringContaining('"hooks"')],
    newPermissions: ['starts programs'],
  });
  expect(added?.check).toEqual({ ok: true, detail: 'all there' });
  expect(seen.checked).toEqual(['reports']);
  expect(readPluginLock(cwd)?.['reports']).toMatchObject({ version: '1.0', permissions: { exec: true } });
  expect(await offered()).toEqual({ tools: ['mcp_find'], skills: ['sum'] });
  expect((await seen.servers?.list())?.servers).toEqual([{ name: 'reports:figures', plugin: 'reports' }]);

  const { plugins } = await listPlugins(forge);
  expect(plugins.find(({ name }) => name === 'reports')).toMatchObject({ state: 'ok', takesPart: true });
  expect((await examinePlugins(forge, 'reports')).plugins).toMatchObject([{ ok: true, skills: [{ name: 'sum' }] }]);
});

it('nothing is started, and nothing written, before the person says yes', async () => {
  const { cwd, add, seen } = project();
  expect(await add({ confirm: async () => false })).toBeUndefined();
  expect(await add({ dryRun: true })).toBeUndefined();
  expect([seen.servers, existsSync(join(cwd, 'forge.config.json'))]).toEqual([undefined, false]);
});

it('changed files do not load until they are approved', async () => {
  const { cwd, forge, add, offered } = project();
  await add();
  writeFiles(cwd, { 'reports/mcp.json': mcpFile({ figures: { type: 'stdio', command: 'other' } }) });
  expect((await offered()).skills).toEqual([]);
  const { host, close } = await openHost(forge);
  const { servers, faults } = await host.get(tokens.mcpServers).list();
  await close();
  expect([servers, faults.map(({ code }) => code)]).toEqual([[], ['PLUGIN_CHANGED']]);
  expect((await listPlugins(forge)).plugins.find(({ name }) => name === 'reports')?.state).toBe('changed');
  expect((await examinePlugins(forge, 'reports')).plugins).toMatchObject([{ ok: false }]);

  await add();
  expect((await offered()).skills).toEqual(['sum']);
});

it('a server that does not answer keeps the plugin from nothing, and doctor says so', async () => {
  const { forge, add, offered } = project({}, { ok: false, detail: 'figures does not answer' });
  expect((await add())?.check).toEqual({ ok: false, detail: 'figures does not answer' });
  expect((await offered()).skills).toEqual(['sum']);
  const [examined] = (await examinePlugins(forge, 'reports')).plugins;
  expect([examined?.ok, examined?.faults.map(({ code }) => code)]).toEqual([false, ['PLUGIN_CHECK']]);
});

it('switched off nothing of it is there, nor what runs its servers; removed neither', async () => {
  const { cwd, forge, add, offered } = project();
  await add();
  await switchPlugin(forge, { name: 'reports', enabled: false });
  expect(await offered()).toEqual({ tools: [], skills: [] });
  await switchPlugin(forge, { name: 'reports', enabled: true });
  expect(await offered()).toEqual({ tools: ['mcp_find'], skills: ['sum'] });
  await removePlugin(forge, { name: 'reports', report, signal });
  expect(await offered()).toEqual({ tools: [], skills: [] });
  expect([readPluginLock(cwd), existsSync(join(cwd, 'reports/plugin.json'))]).toEqual([undefined, true]);
});

it('what runs the servers of a plugin reads no file of the repository that nobody asked it to read', async () => {
  const { cwd, forge, add } = project({ '.mcp.json': 'not trusted' });
  await add();
  const opened = await openForge(forge);
  const find = await opened.get('tool', 'mcp_find');
  expect(await find.execute({}, {} as never)).toEqual({ file: undefined });
  await opened.close();

  writeFileSync(join(cwd, 'forge.config.json'), JSON.stringify({ plugins: ['./reports', 'runner'] }));
  const named = await openForge(forge);
  const asked = await named.get('tool', 'mcp_find');
  await expect(asked.execute({}, {} as never)).rejects.toMatchObject({ code: 'TRUST_REQUIRED' });
  await named.close();
});

it('there is no code of it for the process of Forge', async () => {
  const { add } = project();
  await expect(add({ inProcess: true })).rejects.toMatchObject({
    code: 'USAGE',
    message: '"reports" has no code that could run in Forge\'s own process',
  });
});

it('a manifest that the standard refuses is refused before anything is asked', async () => {
  const { cwd, add, proposals } = project({ 'reports/plugin.json': agentManifest({ name: 'Reports' }) });
  await expect(add()).rejects.toThrow(/lower-case letters/);
  expect([proposals, existsSync(join(cwd, 'forge.config.json'))]).toEqual([[], false]);
});

it('a folder that is gone is missing, not silent', async () => {
  const { cwd, forge, add } = project();
  await add();
  rmSync(join(cwd, 'reports'), { recursive: true });
  expect((await listPlugins(forge)).plugins.find(({ name }) => name === 'reports')?.state).toBe('missing');
  expect(readFileSync(join(cwd, 'forge.config.json'), 'utf8')).toContain('./reports');
});
