import { existsSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { forgeError } from '@forge/plugin-api';
import { expect, it } from 'vitest';
import { createMcpServers, pluginDataFolder } from '../../src/agent-plugins/create-mcp-servers.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { agentPlugin, mcpFile, read } from './agent-plugin.ts';

async function servers(mcpServers: object) {
  const folder = realpathSync(agentPlugin({ 'mcp.json': mcpFile(mcpServers), 'bin/server': '' }));
  const { record } = await read(folder);
  if (record === undefined) throw new Error('it is no plugin');
  const state = realpathSync(temporaryFolder());
  const data = join(state, 'plugin-state/reports');
  let changed = false;
  const found = createMcpServers({
    plugins: [record],
    allow: async () => {
      if (changed) throw forgeError('PLUGIN_CHANGED', 'It is another one');
    },
    dataFolder: (plugin) => pluginDataFolder(state, plugin),
  });
  return { found, folder, data, change: () => (changed = true) };
}

it('a server starts in its plugin, with both places put in once and nothing else', async () => {
  const { found, folder, data } = await servers({
    local: {
      type: 'stdio',
      command: './bin/server',
      args: ['${PLUGIN_ROOT}/a', '${PLUGIN_DATA}:${PLUGIN_DATA}', '${HOME}', '$PLUGIN_ROOT'],
      env: { CONFIG: '${PLUGIN_ROOT}/c', '${PLUGIN_ROOT}': 'name' },
    },
  });
  expect((await found.list()).servers).toEqual([{ name: 'reports:local', plugin: 'reports' }]);
  expect(await found.settings('reports:local')).toEqual({
    command: join(folder, 'bin/server'),
    args: [`${folder}/a`, `${data}:${data}`, '${HOME}', '$PLUGIN_ROOT'],
    env: { CONFIG: `${folder}/c`, '${PLUGIN_ROOT}': 'name', PLUGIN_ROOT: folder, PLUGIN_DATA: data },
    cwd: folder,
  });
  expect(existsSync(data)).toBe(true);
});

it('a program that is only named is left to the platform, and a remote server is taken word for word', async () => {
  const headers = { 'X-Tenant': '${PLUGIN_ROOT}' };
  const { found, data } = await servers({
    named: { type: 'stdio', command: 'node', cwd: '${PLUGIN_DATA}' },
    far: { type: 'streamable-http', url: 'https://a.example/${PLUGIN_DATA}', headers },
  });
  expect(await found.settings('reports:named')).toMatchObject({ command: 'node', cwd: data });
  expect(await found.settings('reports:far')).toEqual({ url: 'https://a.example/${PLUGIN_DATA}', headers });
});

it('what was put outside after it was looked at does not start', async () => {
  const { found, folder } = await servers({ local: { type: 'stdio', command: './bin/server' } });
  rmSync(join(folder, 'bin'), { recursive: true });
  symlinkSync(temporaryFolder({ server: '' }), join(folder, 'bin'));
  await expect(found.settings('reports:local')).rejects.toMatchObject({ code: 'PLUGIN_CHANGED' });
});

it('a plugin that is not approved, or not any more, is left out and says why', async () => {
  const { found, change } = await servers({ local: { type: 'stdio', command: 'node' } });
  await found.settings('reports:local');
  change();
  await expect(found.settings('reports:local')).rejects.toMatchObject({ code: 'PLUGIN_CHANGED' });
  const { servers: left, faults } = await found.list();
  expect([left, faults.map(({ code }) => code)]).toEqual([[], ['PLUGIN_CHANGED']]);
});

it('nobody brings what is not there', async () => {
  const { found } = await servers({});
  expect(await found.list()).toEqual({ servers: [], faults: [] });
  await expect(found.settings('reports:local')).rejects.toMatchObject({ code: 'INPUT_INVALID' });
});
