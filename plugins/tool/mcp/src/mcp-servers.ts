import { forgeError } from '@forge/plugin-api';
import type { Tool as ServerTool } from '@modelcontextprotocol/sdk/types.js';
import type { McpServer } from './mcp-server.ts';

/** All configured servers. */
export interface McpServers {
  /** All, or the one of that name. Throws TOOL_NOT_FOUND when none has it. */
  some(name: string | undefined): readonly McpServer[];
  /** A server and one of its tools. Rejects with TOOL_NOT_FOUND. */
  find(server: string, tool: string, signal: AbortSignal): Promise<{ server: McpServer; tool: ServerTool }>;
  close(): Promise<void>;
}

export function createMcpServers(servers: readonly McpServer[]): McpServers {
  function some(name: string | undefined): readonly McpServer[] {
    if (name === undefined) return servers;
    const found = servers.filter((server) => server.name === name);
    if (found.length > 0) return found;
    const names = servers.map((server) => server.name).join(', ');
    throw forgeError('TOOL_NOT_FOUND', `There is no MCP server "${name}". There are: ${names || 'none'}`);
  }

  return {
    some,
    async find(name, wanted, signal) {
      const [server] = some(name);
      const tool = (await server?.tools(signal))?.find((one) => one.name === wanted);
      if (server !== undefined && tool !== undefined) return { server, tool };
      throw forgeError('TOOL_NOT_FOUND', `The MCP server "${name}" has no tool "${wanted}"`, {
        fix: 'look with mcp_find what it has',
      });
    },
    async close() {
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}
