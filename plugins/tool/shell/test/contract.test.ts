import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toolContract } from '@forge/testkit/contracts';
import { createToolContext } from '@forge/testkit/fakes';
import { forgeError } from '@forge/plugin-api';
import { shell } from '../src/shell.ts';

toolContract({
  name: 'shell',
  create() {
    const workspace = mkdtempSync(join(tmpdir(), 'forge-shell-'));
    return {
      tool: shell,
      context: createToolContext({ workspace }),
      input: { command: 'echo done' },
      dispose: () => rmSync(workspace, { recursive: true, force: true }),
    };
  },
});

toolContract({
  name: 'shell where no command can be started',
  create: () => ({
    tool: shell,
    context: createToolContext({
      workspace: tmpdir(),
      exec: async () => {
        throw forgeError('COMMAND_NOT_FOUND', 'sh could not be started');
      },
    }),
    input: { command: 'echo done' },
    failing: { command: 'echo done' },
  }),
  skip: {
    'the output fits its schema and is JSON': 'nothing works here',
    'what the model reads is text': 'nothing works here',
    'a call changes no other file than those it says that it touches': 'nothing works here',
    'the input is not changed': 'nothing works here',
  },
});
