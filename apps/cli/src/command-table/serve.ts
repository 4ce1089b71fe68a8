import type { CommandRow } from '../command.ts';

/** Forge over HTTP. */
export const serveCommands: readonly CommandRow[] = [
  {
    name: 'serve',
    group: 'serve',
    summary: 'offer the HTTP API: runs, events, approvals and memories for other programs',
    options: [
      { flags: '--port <number>', description: 'where to listen (default: server.port)', value: 'port' },
      { flags: '--host <address>', description: 'address to listen at (default: server.host)' },
      {
        flags: '--allow-host <name>',
        description: 'a name under which it may be called, beside addresses and localhost',
        repeatable: true,
      },
    ],
    details:
      'Only this machine can reach it, and only you get in without ceremony: forge --server finds its token in a file that nobody else can read. Ctrl-C lets runs end their step and park; the next forge serve goes on with them.',
    examples: [
      ['forge serve', 'for you, at http://127.0.0.1:4766; the API reference is at /docs'],
      ['forge serve --host 0.0.0.0 --allow-host forge.example.org', 'for others, who need tokens'],
    ],
    load: () => import('../commands/serve.ts'),
  },
  {
    name: 'mcp',
    group: 'serve',
    remote: true,
    summary: 'offer Forge to coding agents as an MCP server over standard input and output',
    options: [
      { flags: '--allow-approve', description: 'let the client decide what else only a person decides' },
      { flags: '--budget <usd>', description: 'US dollars that a run may cost', value: 'number' },
      { flags: '--provider <name>', description: 'provider of models, such as anthropic' },
      { flags: '--model <name>', description: 'model for all agents' },
    ],
    details:
      'An MCP client starts it; nothing is asked here. When the client goes, runs that it carries out end their step and park.',
    examples: [
      ['claude mcp add forge -- forge mcp', 'tell a client of it'],
      ['forge mcp --server http://127.0.0.1:4766', 'with the runs of a server'],
    ],
    load: () => import('../commands/mcp.ts'),
  },
  {
    name: 'token create',
    group: 'serve',
    summary: 'make a token for your server; it is shown this once',
    words: { '<name>': 'who will use it; stands in the audit log' },
    options: [
      {
        flags: '--scope <scope>',
        description: 'what it may do (default: read)',
        choices: ['read', 'run', 'approve', 'admin'],
        repeatable: true,
      },
      { flags: '--days <number>', description: 'how long it is valid (default: for ever)', value: 'number' },
    ],
    details:
      'run: start, stop and resume runs, and edit memories. approve: decide for a person. Each includes read; admin includes all.',
    examples: [['forge token create ci --scope run --days 30', 'for a program that starts runs']],
    load: () => import('../commands/token-create.ts'),
  },
  {
    name: 'token list',
    group: 'serve',
    summary: 'list tokens with what they may do',
    examples: [['forge token list', 'also those that ended']],
    load: () => import('../commands/token-list.ts'),
  },
  {
    name: 'token revoke',
    group: 'serve',
    summary: 'end a token, from the next request on',
    words: { '<token>': 'its name, its id, or a unique start or end of that' },
    examples: [['forge token revoke 7Q2M4K', 'it is no use any more']],
    load: () => import('../commands/token-revoke.ts'),
  },
];
