import { faultsOf, type ProbeResult } from '@forge/plugin-api';
import type { McpServers } from './mcp-servers.ts';

/** Starts the servers, all or those of one plugin, and says how many tools each has. */
export async function checkServers(
  servers: McpServers,
  plugin: string | undefined,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const wanted = servers.some(undefined).filter((server) => plugin === undefined || server.plugin === plugin);
  const found = await Promise.all(
    wanted.map(async (server) => {
      try {
        const { length } = await server.tools(signal);
        return { ok: true, detail: `${server.name}: ${length} ${length === 1 ? 'tool' : 'tools'}` };
      } catch (error) {
        signal.throwIfAborted();
        return { ok: false, detail: wordsOf(error) };
      }
    }),
  );
  const detail = found.map((one) => one.detail).join('; ');
  return { ok: found.every(({ ok }) => ok), detail: detail || 'there is no MCP server' };
}

/** What a person, or a model, is told of a server that does not answer. */
export function wordsOf(error: unknown): string {
  return faultsOf(error)
    .map(({ message, details: { why } }) => [message, why].filter(Boolean).join(': '))
    .join('; ');
}
