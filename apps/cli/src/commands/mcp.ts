import { Writable } from 'node:stream';
import { forgeError } from '@forge/plugin-api';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import type { CommandCall, CommandEnd } from '../command.ts';
import { createLocalRuns } from '../mcp/local-runs.ts';
import { createMcpServer } from '../mcp/create-mcp-server.ts';
import { type RunFlags, runSettings } from '../run-flags.ts';
import { isRemote } from '../stored-runs.ts';
import { withForge } from '../with-forge.ts';

type Options = Pick<RunFlags, 'budget' | 'provider' | 'model'> & { readonly allowApprove?: boolean };

/** Standard input and output belong to the protocol; nobody is asked here. */
export default function mcp(asked: CommandCall<Options>): Promise<CommandEnd> {
  if (asked.global.json) throw forgeError('USAGE', 'forge mcp speaks MCP, and no --json', { fix: 'leave --json out' });
  const call = { ...asked, global: { ...asked.global, input: false } };
  const { world, options, directory } = call;
  return withForge(
    call,
    async (forge) => {
      const runs = createLocalRuns();
      const local = isRemote(forge) ? { ...runs, add: () => undefined } : runs;
      const context = { forge, world, directory, allowApprove: options.allowApprove === true, runs: local };
      const server = createMcpServer(context);
      const ended = Promise.withResolvers<void>();
      const forget = world.onInterrupt(() => ended.resolve());
      // A client that goes away closes our input.
      world.stdin.once('end', ended.resolve).once('close', ended.resolve);
      server.server.onclose = ended.resolve;
      try {
        await server.connect(new StdioServerTransport(world.stdin, writableOf(world.stdout)));
        await ended.promise;
      } finally {
        await server.close();
        await runs.close();
        forget();
      }
    },
    runSettings(options, directory),
  );
}

function writableOf(output: { write(text: string): boolean }): Writable {
  return new Writable({
    decodeStrings: false,
    write(text: string, _encoding, done) {
      output.write(text);
      done();
    },
  });
}
