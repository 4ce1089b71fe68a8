import { forgeError, type PluginContext, z } from '@forge/plugin-api';
import { expandVariables } from './expand-variables.ts';
import type { McpServerDeps } from './mcp-server.ts';
import { type McpOptions, projectFileSchema, type ServerSettings } from './options.ts';

const projectFile = '.mcp.json';

type Sources = Pick<PluginContext<McpOptions>, 'options' | 'readTrusted' | 'secret' | 'mcpServers' | 'log'>;
export type FoundServer = Pick<McpServerDeps, 'name' | 'plugin' | 'settings'>;

/** Those of the options, of the repository's file where the options name no such, and of plugins. */
export async function readServers(ctx: Sources): Promise<readonly FoundServer[]> {
  const { options } = ctx;
  const own = { ...(options.projectFile ? await ofRepository(ctx) : {}), ...options.servers };
  const found = Object.entries(own).map(([name, written]): FoundServer => {
    const settings = expandVariables(written, ctx.secret);
    return { name, settings: async () => settings };
  });
  return [...found, ...(await ofPlugins(ctx))];
}

async function ofPlugins({ mcpServers, log }: Sources): Promise<readonly FoundServer[]> {
  const { servers, faults } = await mcpServers.list();
  for (const { message, details } of faults) log.warn(`MCP servers are left out: ${message}`, { fix: details.fix });
  return servers.map(({ name, plugin }) => ({ name, plugin, settings: () => mcpServers.settings(name) }));
}

async function ofRepository({ readTrusted }: Sources): Promise<Readonly<Record<string, ServerSettings>>> {
  const text = await readTrusted(projectFile);
  if (text === undefined) return {};
  const checked = projectFileSchema.safeParse(parsed(text));
  if (checked.success) return checked.data.mcpServers;
  throw forgeError('PLUGIN_OPTIONS', `${projectFile} does not describe MCP servers`, {
    where: projectFile,
    why: z.prettifyError(checked.error),
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw forgeError('PLUGIN_OPTIONS', `${projectFile} is not JSON: ${error instanceof Error ? error.message : ''}`, {
      where: projectFile,
    });
  }
}
