import { defineTool, forgeError, jsonSchema, z } from '@forge/plugin-api';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import type { McpServers } from './mcp-servers.ts';

const input = z.strictObject({
  server: z.string(),
  tool: z.string(),
  arguments: z.record(z.string(), jsonSchema).default({}),
});
const output = z.string();

/** Of one result, in characters: a server may send whatever it likes, and every word is paid for again in each turn. */
const longestText = 50_000;

/** For tools that their server marks as reading only: every agent has it, and after a crash it simply runs again. */
export function createReadTool(servers: McpServers) {
  return callTool(servers, {
    name: 'mcp_read',
    description: 'Calls a tool of an MCP server that only reads, as mcp_find says.',
    effect: 'read',
  });
}

/** For all others: nobody knows what they do, so a call is never repeated blindly. */
export function createCallTool(servers: McpServers) {
  return callTool(servers, {
    name: 'mcp_call',
    description: 'Calls a tool of an MCP server, as mcp_find says.',
    effect: 'once',
  });
}

function callTool(
  servers: McpServers,
  {
    name,
    description,
    effect,
  }: { readonly name: string; readonly description: string; readonly effect: 'read' | 'once' },
) {
  return defineTool({
    name,
    description,
    effect,
    schema: { input, output },
    // The limit for a call is the plugin's own option; this one is for a server that does not even end.
    timeoutMs: 3_600_000,
    describe: ({ server, tool }) => `${server}: ${tool}`.slice(0, 200).replaceAll('\n', ' '),
    async execute({ server: serverName, tool: toolName, arguments: given }, { signal }) {
      signal.throwIfAborted();
      const { server, tool } = await servers.find(serverName, toolName, signal);
      if (effect === 'read' && tool.annotations?.readOnlyHint !== true) {
        throw forgeError('TOOL_FAILED', `${serverName} does not say that ${toolName} only reads`, {
          fix: 'call it with mcp_call, where you have that',
        });
      }
      const result = await server.call(toolName, given, signal);
      const text = capped(textOf(result));
      if (result.isError === true) throw forgeError('TOOL_FAILED', text || `${toolName} failed`);
      return text || 'done, without a word';
    },
  });
}

function textOf({ content, structuredContent }: CallToolResult): string {
  const parts = content.map((block) => {
    if (block.type === 'text') return block.text;
    if (block.type === 'resource_link') return `[${block.name}: ${block.uri}]`;
    if (block.type === 'resource') {
      return 'text' in block.resource ? block.resource.text : `[${block.resource.uri}: binary]`;
    }
    return `[${block.type}, ${block.mimeType}, ${Math.floor((block.data.length * 3) / 4)} bytes]`;
  });
  const text = parts.join('\n');
  return text === '' && structuredContent !== undefined ? JSON.stringify(structuredContent) : text;
}

function capped(text: string): string {
  if (text.length <= longestText) return text;
  const half = longestText / 2;
  return `${text.slice(0, half)}\n… ${text.length - longestText} characters left out …\n${text.slice(-half)}`.toWellFormed();
}
