import { definePlugin } from '@forge/plugin-api';
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
    const settings = await readServers(ctx);
    const { options: limits, log } = ctx;
    const servers = createMcpServers(
      [...settings].map(([name, each]) => createMcpServer({ name, settings: each, limits, log })),
    );
    return {
      tools: [createFindTool(servers), createReadTool(servers), createCallTool(servers)],
      stop: () => servers.close(),
    };
  },
});
