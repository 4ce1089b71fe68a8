import { type Dirent, readdirSync } from 'node:fs';
import { definePlugin, type ForgeError, forgeError } from '@forge/plugin-api';
import type { Source } from '../faults/source.ts';
import type { PluginRecord } from '../manifests/plugin-record.ts';
import { parseAgentManifest, skillsFolder } from './agent-manifest.ts';
import { type DeclaredServer, readAgentServers } from './agent-servers.ts';
import { pathInside } from './inside.ts';

/** What other programs look for in a plugin and Forge does not have. */
const foreign: Readonly<Record<string, string>> = {
  agents: 'agents',
  commands: 'commands',
  hooks: 'hooks',
  'hooks.json': 'hooks',
  'output-styles': 'output styles',
  rules: 'rules',
  '.lsp.json': 'language servers',
  'lsp.json': 'language servers',
  '.mcp.json': 'MCP servers outside of mcp.json',
};

/** Nothing of it runs in Forge or in a process of Forge's. */
const nothing = definePlugin({});

/**
 * The plugin of a folder whose `plugin.json` follows the Agent Plugins standard (agent-plugins.org): skills and MCP
 * servers. What the standard wants left out is left out and named in its notes; what makes it no plugin is a fault.
 */
export function readAgentPlugin(
  value: unknown,
  {
    folder,
    source,
    origin,
  }: { readonly folder: string; readonly source: Source; readonly origin: PluginRecord['origin'] },
): PluginRecord | Promise<ForgeError[]> {
  const parsed = parseAgentManifest(value, source);
  if (parsed instanceof Promise) return parsed;
  if (pathInside(folder, 'plugin.json') === undefined) return Promise.resolve([outside(source.file)]);
  const { manifest } = parsed;
  const entries = readdirSync(folder, { withFileTypes: true });
  const skills = skillsIn(folder, entries);
  const { servers, notes } = readAgentServers(folder);
  return {
    manifest: {
      ...manifest,
      ...(skills.isThere ? { skills: skillsFolder } : {}),
      permissions: { ...manifest.permissions, ...wishesOf(Object.values(servers)) },
    },
    folder,
    source,
    origin,
    definition: nothing,
    mcpServers: servers,
    notes: [...parsed.notes, ...skills.notes, ...notes, ...entries.flatMap(foreignPart)],
  };
}

function skillsIn(folder: string, entries: readonly Dirent[]): { readonly isThere: boolean; readonly notes: string[] } {
  if (entries.every(({ name }) => name !== 'skills')) return { isThere: false, notes: [] };
  const place = pathInside(folder, 'skills');
  if (place === undefined) return { isThere: false, notes: ['skills is left out: it is a link that leads out'] };
  const isThere = isFolder(place);
  return { isThere, notes: isThere ? [] : ['skills is left out: it is no folder'] };
}

function isFolder(path: string): boolean {
  try {
    readdirSync(path);
    return true;
  } catch {
    return false;
  }
}

/** What its servers do, in the words of Forge's own permissions. */
function wishesOf(servers: readonly DeclaredServer[]) {
  const hosts = servers.flatMap((server) => ('url' in server ? [new URL(server.url).host] : []));
  return { network: [...new Set(hosts)], exec: servers.some((server) => 'command' in server) };
}

function foreignPart(entry: Dirent): string[] {
  const what = foreign[entry.name];
  if (what !== undefined) return [`${entry.name} is left out: ${what} are not supported`];
  // A program's own folder has the name of a domain, turned round.
  const isExtension = entry.isDirectory() && /^[a-z][a-z0-9-]*(\.[a-z0-9-]+)+$/.test(entry.name);
  return isExtension ? [`${entry.name} is left out: it is for another program`] : [];
}

function outside(file: string): ForgeError {
  return forgeError('MANIFEST_INVALID', 'The manifest is a link that leads out of the plugin', { where: file });
}
