import { toolContract } from '@forge/testkit/contracts';
import { createToolContext } from '@forge/testkit/fakes';
import { everything, filesystem, startTools } from './servers.ts';

const context = createToolContext({ workspace: '/nowhere' });

toolContract({
  name: 'mcp_find',
  create: async () => ({
    tool: (await startTools({ servers: { everything } })).find,
    context,
    input: { query: 'sum', server: 'everything' },
    failing: { server: 'nobody' },
  }),
});

toolContract({
  name: 'mcp_read',
  create: async () => ({
    tool: (await startTools({ servers: { everything } })).read,
    context,
    input: { server: 'everything', tool: 'get-sum', arguments: { a: 2, b: 3 } },
    failing: { server: 'everything', tool: 'nothing' },
  }),
});

toolContract({
  name: 'mcp_call',
  create: async () => {
    const { folder, settings } = filesystem();
    return {
      tool: (await startTools({ servers: { files: settings } })).call,
      context,
      input: { server: 'files', tool: 'write_file', arguments: { path: `${folder}/new.txt`, content: 'new' } },
      failing: { server: 'files', tool: 'read_text_file', arguments: { path: '/etc/passwd' } },
    };
  },
});
