import { forgeError, type PluginContext, z } from '@forge/plugin-api';
import { expandVariables } from './expand-variables.ts';
import { type McpOptions, projectFileSchema, type ServerSettings } from './options.ts';

const projectFile = '.mcp.json';

/** The servers by name: those of the options, and of the repository's file where the options name no such. */
export async function readServers(
  ctx: Pick<PluginContext<McpOptions>, 'options' | 'readTrusted' | 'secret'>,
): Promise<ReadonlyMap<string, ServerSettings>> {
  const { options } = ctx;
  const found = { ...(options.projectFile ? await ofRepository(ctx) : {}), ...options.servers };
  return new Map(Object.entries(found).map(([name, settings]) => [name, expandVariables(settings, ctx.secret)]));
}

async function ofRepository({
  readTrusted,
}: Pick<PluginContext, 'readTrusted'>): Promise<Readonly<Record<string, ServerSettings>>> {
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
