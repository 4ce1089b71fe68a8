import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { agentManifest, agentPlugin, mcpFile, read, skillText } from './agent-plugin.ts';

describe('the manifest', () => {
  it('of the smallest plugin is a name', async () => {
    const { record } = await read(agentPlugin());
    expect(record).toMatchObject({ manifest: { name: 'reports', version: '0.0.0', type: 'bundle' }, notes: [] });
    expect(record?.manifest.permissions).toMatchObject({ exec: false, network: [], workspace: 'none' });
    expect(record?.manifest.skills).toBeUndefined();
  });

  it('says what it likes as its version, and brings what lies at the places of the standard', async () => {
    const { record } = await read(
      agentPlugin({
        'plugin.json': agentManifest({
          version: 'spring',
          description: 'Reports',
          author: { name: 'Ada' },
          keywords: ['a'],
        }),
        'skills/sum/SKILL.md': skillText('sum'),
        'mcp.json': mcpFile({
          local: { type: 'stdio', command: 'node', args: ['x'] },
          far: { type: 'streamable-http', url: 'https://mcp.example.com/mcp', headers: { 'X-Tenant': 'acme' } },
        }),
      }),
    );
    expect(record?.manifest).toMatchObject({
      version: 'spring',
      description: 'Reports',
      skills: './skills',
      permissions: { exec: true, network: ['mcp.example.com'] },
    });
    expect(Object.keys(record?.mcpServers ?? {})).toEqual(['local', 'far']);
    expect(record?.notes).toEqual([]);
  });

  it.each([
    [
      'another version',
      { $schema: 'https://agent-plugins.org/schemas/1.1.0/plugin.schema.json' },
      /understands Agent Plugins 1\.0\.0, and this is for .*1\.1\.0/,
    ],
    ['no name', { name: undefined }, /name/],
    ['an empty name', { name: '' }, /name/],
    ['capitals in its name', { name: 'Reports' }, /lower-case letters/],
    ['two hyphens in its name', { name: 'a--b' }, /lower-case letters/],
    ['two periods in its name', { name: 'a..b' }, /lower-case letters/],
    ['a hyphen at the end of its name', { name: 'a-' }, /lower-case letters/],
    ['a long name', { name: 'a'.repeat(65) }, /name/],
    ['a version that is no text', { version: 1 }, /version/],
    ['an author that is a text', { author: 'Ada' }, /author/],
    ['an author with an unknown field', { author: { nick: 'ada' } }, /nick/],
    ['keywords that are a text', { keywords: 'a' }, /keywords/],
  ])('is refused for %s, and nothing of the plugin is there', async (_name, wrong, message) => {
    const { record, faults } = await read(agentPlugin({ 'plugin.json': agentManifest(wrong) }));
    expect(record).toBeUndefined();
    expect(faults.map(({ code }) => code)).toEqual(['MANIFEST_INVALID']);
    expect(faults[0]?.message).toMatch(message);
  });

  it('is refused when it is a link that leads out', async () => {
    const elsewhere = temporaryFolder({ 'plugin.json': agentManifest() });
    const folder = temporaryFolder();
    symlinkSync(join(elsewhere, 'plugin.json'), join(folder, 'plugin.json'));
    expect((await read(folder)).faults[0]?.message).toMatch(/leads out/);
  });
});

describe('what is left out is named', () => {
  it.each<[string, Parameters<typeof agentPlugin>[0], RegExp]>([
    ['an unknown field', { 'plugin.json': agentManifest({ hooks: {} }) }, /^"hooks" in plugin\.json .*left out/],
    ['extensions that are no object', { 'plugin.json': agentManifest({ extensions: [] }) }, /"extensions" .*no object/],
    [
      'what is said for another program',
      { 'plugin.json': agentManifest({ extensions: { 'com.example': 1 } }) },
      /"com\.example"/,
    ],
    ["another program's folder", { 'com.example.client/a.json': {} }, /^com\.example\.client .*another program/],
    ['commands', { 'commands/a.md': '' }, /commands are not supported/],
    ['agents', { 'agents/a.md': '' }, /agents are not supported/],
    ['hooks', { 'hooks/hooks.json': {} }, /hooks are not supported/],
    ['language servers', { '.lsp.json': {} }, /language servers are not supported/],
    ['servers at another place', { '.mcp.json': {} }, /MCP servers outside of mcp\.json/],
    ['skills that are no folder', { skills: 'none' }, /skills is left out: it is no folder/],
    ['an mcp.json that is no JSON', { 'mcp.json': 'no' }, /mcp\.json is left out/],
    ['an mcp.json of another version', { 'mcp.json': mcpFile({}, '1.1.0') }, /mcp\.json is left out/],
    ['an mcp.json with more in it', { 'mcp.json': { ...mcpFile({}), more: 1 } }, /mcp\.json is left out/],
  ])('%s', async (_name, files, note) => {
    const { record } = await read(agentPlugin(files));
    expect(record?.notes).toEqual([expect.stringMatching(note)]);
  });

  it('a link out of the plugin, wherever the standard looks', async () => {
    const folder = agentPlugin();
    const elsewhere = temporaryFolder({ 'mcp.json': mcpFile({}), 'sum/SKILL.md': skillText('sum') });
    symlinkSync(join(elsewhere, 'mcp.json'), join(folder, 'mcp.json'));
    symlinkSync(elsewhere, join(folder, 'skills'));
    const { record } = await read(folder);
    expect(record?.notes).toEqual([
      expect.stringMatching(/^skills .*leads out/),
      expect.stringMatching(/^mcp\.json .*leads out/),
    ]);
    expect(record).toMatchObject({ mcpServers: {} });
    expect(record?.manifest.skills).toBeUndefined();
  });
});

describe('a server', () => {
  const stdio = { type: 'stdio', command: 'node' };
  const http = { type: 'streamable-http', url: 'https://a.example/mcp' };

  it.each<[string, object]>([
    ['a program of the plugin', { ...stdio, command: './bin/server' }],
    ['a folder of the plugin', { ...stdio, cwd: './data' }],
    ['the plugin itself as its folder', { ...stdio, cwd: '${PLUGIN_ROOT}' }],
    ["a folder in the plugin's data", { ...stdio, cwd: '${PLUGIN_DATA}/a' }],
    ['http on this machine', { ...http, url: 'http://127.0.0.1:80/mcp' }],
    ['http on localhost', { ...http, url: 'http://localhost:80/mcp' }],
    ['http on the other loopback', { ...http, url: 'http://[::1]:80/mcp' }],
  ])('is taken with %s', async (_name, server) => {
    const { record } = await read(agentPlugin({ 'mcp.json': mcpFile({ server }) }));
    expect(record?.notes).toEqual([]);
    expect(Object.keys(record?.mcpServers ?? {})).toEqual(['server']);
  });

  it.each<[string, object]>([
    ['no type', { command: 'node' }],
    ['an unknown type', { type: 'pipe', command: 'node' }],
    ['the old transport', { type: 'sse', url: 'https://a.example/sse' }],
    ['no command', { type: 'stdio' }],
    ['an unknown field', { ...stdio, shell: true }],
    ['a field of the other kind', { ...stdio, url: 'https://a.example' }],
    ['a command elsewhere', { ...stdio, command: '/bin/sh' }],
    ['a command that leads out', { ...stdio, command: './../server' }],
    ['a folder elsewhere', { ...stdio, cwd: 'data' }],
    ['a folder that leads out', { ...stdio, cwd: './../data' }],
    ['a folder that leads out of the root', { ...stdio, cwd: '${PLUGIN_ROOT}/../data' }],
    ['a folder that leads out of the data', { ...stdio, cwd: '${PLUGIN_DATA}/../other' }],
    ['a variable that Forge sets', { ...stdio, env: { PLUGIN_ROOT: '/' } }],
    ['no address', { type: 'streamable-http' }],
    ['http to another machine', { ...http, url: 'http://a.example/mcp' }],
    ['http to what only looks like this machine', { ...http, url: 'http://127.0.0.1.example/mcp' }],
    ['a user in the address', { ...http, url: 'https://ada:pw@a.example/mcp' }],
    ['a fragment in the address', { ...http, url: 'https://a.example/mcp#a' }],
    ['a header twice', { ...http, headers: { 'X-A': '1', 'x-a': '2' } }],
    ['no header name', { ...http, headers: { 'X A': '1' } }],
    ['no header value', { ...http, headers: { 'X-A': '1\r\nX-B: 2' } }],
  ])('is left out with %s, and the others stay', async (_name, server) => {
    const { record } = await read(agentPlugin({ 'mcp.json': mcpFile({ server, other: stdio }) }));
    expect(record?.notes).toEqual([expect.stringMatching(/^the MCP server "server" is left out: ./)]);
    expect(Object.keys(record?.mcpServers ?? {})).toEqual(['other']);
  });

  it('is left out when its command is a link that leads out', async () => {
    const folder = agentPlugin({ 'mcp.json': mcpFile({ server: { ...stdio, command: './bin/server' } }) });
    const elsewhere = temporaryFolder();
    writeFileSync(join(elsewhere, 'server'), '');
    mkdirSync(join(folder, 'bin'));
    symlinkSync(join(elsewhere, 'server'), join(folder, 'bin/server'));
    expect((await read(folder)).record?.notes).toEqual([expect.stringMatching(/its command leads out/)]);
  });
});
