import { definePlugin } from '@forge/plugin-api';
import { checkServers } from './check-servers.ts';
import { createCallTool, createReadTool } from './mcp-call.ts';
import { createFindTool } from './mcp-find.ts';
import { createMcpServer } from './mcp-server.ts';
import { createMcpServers } from './mcp-servers.ts';
import { optionsSchema } from './options.ts';
import { readServers } from './read-servers.ts';

export default definePlugin({
  options: optionsSchema,
  async setup(ctx) {
    // Read at once, so that what is wrong, or not trusted yet, is told before anything else happens.
    const found = await readServers(ctx);
    const { options: limits, log } = ctx;
    const servers = createMcpServers(found.map((one) => createMcpServer({ ...one, limits, log })));
    return {
      tools: [createFindTool(servers), createReadTool(servers), createCallTool(servers)],
      check: ({ signal, plugin }) => checkServers(servers, plugin, signal),
      stop: () => servers.close(),
    };
  },
});
