import { faultsOf, type z } from '@forge/plugin-api';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import type { CallToolResult, ServerNotification, ServerRequest } from '@modelcontextprotocol/sdk/types.js';
import { lookTools } from './look-tools.ts';
import { steerTools } from './steer-tools.ts';
import type { McpCall, McpContext, McpTool } from './tool.ts';

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

const instructions =
  'Forge carries out coding tasks in this git repository as durable runs: plan, implement, review, test, deliver a branch. Start one, look at it with status, answer what it asks. Approvals belong to a person unless status says that they are for you.';

/** Forge as an MCP server, yet to be connected. */
export function createMcpServer(context: Omit<McpContext, 'clientName'>): McpServer {
  const server = new McpServer({ name: 'forge', title: 'Forge', version: context.world.version }, { instructions });
  const clientName = () => server.server.getClientVersion()?.name ?? 'an MCP client';
  for (const tool of [...steerTools, ...lookTools]) register(server, tool, { ...context, clientName });
  return server;
}

function register(server: McpServer, tool: McpTool, context: McpContext): void {
  const { name, title, description, input, output, annotations } = tool;
  const config = { title, description, annotations, inputSchema: input };
  server.registerTool(
    name,
    output === undefined ? config : { ...config, outputSchema: output },
    (given: z.output<typeof input>, extra: Extra) => answered(tool, given, callOf(context, extra)),
  );
}

function callOf(context: McpContext, { signal, _meta, sendNotification }: Extra): McpCall {
  const progressToken = _meta?.progressToken;
  return {
    ...context,
    signal,
    report(progress, message) {
      if (progressToken === undefined || signal.aborted) return;
      // Whoever cannot be told any more is gone, and the call ends by that.
      sendNotification({ method: 'notifications/progress', params: { progressToken, progress, message } }).catch(
        () => undefined,
      );
    },
  };
}

async function answered(tool: McpTool, given: unknown, call: McpCall): Promise<CallToolResult> {
  try {
    const result = await tool.run(given as never, call);
    if (typeof result === 'string') return { content: [{ type: 'text', text: result }] };
    return { content: [{ type: 'text', text: JSON.stringify(result) }], structuredContent: result };
  } catch (error) {
    return { content: [{ type: 'text', text: call.forge.mask(wordsOf(error)) }], isError: true };
  }
}

/** What, why, and what to do, for every fault. */
function wordsOf(error: unknown): string {
  return faultsOf(error)
    .map(({ code, message, details: { where, why, fix } }) =>
      [`${code}: ${message}`, where, why, fix === undefined ? undefined : `To do: ${fix}`]
        .filter((part) => part !== undefined)
        .join('\n'),
    )
    .join('\n\n');
}
