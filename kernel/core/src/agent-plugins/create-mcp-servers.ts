import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { faultsOf, type ForgeError, forgeError, type McpServers, type McpServerSettings } from '@forge/plugin-api';
import { bringsMcpServers, type PluginRecord } from '../manifests/plugin-record.ts';
import { realPath } from '../state/places.ts';
import { type DeclaredServer, placeOf } from './agent-servers.ts';
import { pathInside } from './inside.ts';

export interface McpServersOptions {
  /** Those that are in use. */
  readonly plugins: readonly PluginRecord[];
  /** Rejects for a plugin that may not be used as it is now. */
  allow(plugin: PluginRecord): Promise<void>;
  /** A folder that the plugin keeps, whatever its version. It exists. */
  dataFolder(plugin: PluginRecord): Promise<string>;
}

/** The MCP servers that plugins bring, for whoever runs them. */
export function createMcpServers({ plugins, allow, dataFolder }: McpServersOptions): McpServers {
  const all = plugins.filter(bringsMcpServers).flatMap((plugin) =>
    Object.entries(plugin.mcpServers ?? {}).map(([short, declared]) => {
      const name = `${plugin.manifest.name}:${short}`;
      return { name, plugin, declared };
    }),
  );
  return {
    async list() {
      const faults: ForgeError[] = [];
      const allowed = new Set<PluginRecord>();
      for (const plugin of new Set(all.map((one) => one.plugin))) {
        await allow(plugin).then(
          () => allowed.add(plugin),
          (error: unknown) => faults.push(...faultsOf(error)),
        );
      }
      const servers = all.filter(({ plugin }) => allowed.has(plugin));
      return { servers: servers.map(({ name, plugin }) => ({ name, plugin: plugin.manifest.name })), faults };
    },
    async settings(name) {
      const found = all.find((one) => one.name === name);
      if (found === undefined) throw forgeError('INPUT_INVALID', `No plugin brings an MCP server "${name}"`);
      await allow(found.plugin);
      return settingsOf(found.declared, {
        name,
        root: realPath(found.plugin.folder),
        data: await dataFolder(found.plugin),
      });
    },
  };
}

/** Where one plugin's state lies. */
export async function pluginDataFolder(stateDirectory: string, { manifest }: PluginRecord): Promise<string> {
  const folder = join(stateDirectory, 'plugin-state', manifest.name.replaceAll('/', '+'));
  await mkdir(folder, { recursive: true });
  return folder;
}

interface Places {
  readonly name: string;
  readonly root: string;
  readonly data: string;
}

function settingsOf(declared: DeclaredServer, { name, ...places }: Places): McpServerSettings {
  if ('url' in declared) return { url: declared.url, headers: declared.headers };
  const { root, data } = places;
  const { command, args, env, cwd = './' } = declared;
  // Once for all of them, so that nothing in what is put in is replaced again.
  const expand = (text: string) =>
    text.replace(/\$\{PLUGIN_(ROOT|DATA)\}/g, (_, which) => (which === 'ROOT' ? root : data));
  const file = command.startsWith('./') ? pathInside(root, command) : command;
  const place = placeOf(cwd, places);
  if (file === undefined || place === undefined) {
    throw forgeError('PLUGIN_CHANGED', `The MCP server "${name}" leads out of its plugin`, { where: root });
  }
  const own = Object.fromEntries(Object.entries(env).map(([variable, value]) => [variable, expand(value)]));
  return {
    command: file,
    args: args.map(expand),
    env: { ...own, PLUGIN_ROOT: root, PLUGIN_DATA: data },
    cwd: place,
  };
}
