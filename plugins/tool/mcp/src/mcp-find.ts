import { defineTool, type Json, jsonSchema, z } from '@forge/plugin-api';
import type { Tool as ServerTool } from '@modelcontextprotocol/sdk/types.js';
import { wordsOf } from './check-servers.ts';
import type { McpServers } from './mcp-servers.ts';

const input = z.strictObject({
  query: z.string().default(''),
  server: z.string().optional(),
  limit: z.int().min(1).max(50).default(10),
});
const toolSchema = z.strictObject({
  server: z.string(),
  tool: z.string(),
  description: z.string(),
  /** Of its arguments. */
  schema: jsonSchema,
  callWith: z.enum(['mcp_read', 'mcp_call']),
});
const output = z.strictObject({
  tools: z.array(toolSchema),
  /** Tools that fit, with those that the limit left out. */
  found: z.int(),
  /** Servers that did not answer, with the reason. */
  unreachable: z.array(z.string()),
});

type Found = z.output<typeof toolSchema>;

/** Tools are looked up when they are wanted, so that a hundred of them do not stand in every prompt. */
export function createFindTool(servers: McpServers) {
  return defineTool({
    name: 'mcp_find',
    description:
      'Finds tools of MCP servers by words of their names and descriptions, with the schema of their arguments and how to call them. Without query: all.',
    schema: { input, output },
    effect: 'read',
    describe: ({ query }) => (query === '' ? 'looking at MCP tools' : `looking for MCP tools: ${query.slice(0, 80)}`),
    async execute({ query, server, limit }, { signal }) {
      const unreachable: string[] = [];
      const listed = await Promise.all(
        servers.some(server).map(async (one) => {
          try {
            return (await one.tools(signal)).map((tool) => described(one.name, tool));
          } catch (error) {
            signal.throwIfAborted();
            unreachable.push(wordsOf(error));
            return [];
          }
        }),
      );
      const fitting = ranked(listed.flat(), query);
      return { tools: fitting.slice(0, limit), found: fitting.length, unreachable: unreachable.sort() };
    },
    render({ tools, found, unreachable }) {
      const lines = tools.map(
        ({ server, tool, description, schema, callWith }) =>
          `${server}/${tool} (${callWith}): ${description}\n  arguments: ${JSON.stringify(schema)}`,
      );
      if (found > tools.length)
        lines.push(`${found - tools.length} more fit; search with other words or a higher limit`);
      if (found === 0) lines.push('no tool fits');
      return [...lines, ...unreachable].join('\n');
    },
  });
}

function described(server: string, { name, description = '', inputSchema, annotations }: ServerTool): Found {
  return {
    server,
    tool: name,
    description,
    schema: inputSchema as Json,
    callWith: annotations?.readOnlyHint === true ? 'mcp_read' : 'mcp_call',
  };
}

/** Those in which a word of the query stands, most words first, words in names before words in descriptions. */
function ranked(tools: readonly Found[], query: string): readonly Found[] {
  const words = query
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
  if (words.length === 0) return tools;
  const weight = ({ server, tool, description }: Found) =>
    words.reduce(
      (sum, word) =>
        sum +
        (`${server}/${tool}`.toLowerCase().includes(word) ? 3 : 0) +
        (description.toLowerCase().includes(word) ? 1 : 0),
      0,
    );
  return tools
    .map((tool) => ({ tool, weight: weight(tool) }))
    .filter((one) => one.weight > 0)
    .toSorted((left, right) => right.weight - left.weight)
    .map(({ tool }) => tool);
}
