import { defineTool, z } from '@forge/plugin-api';
import { runGit } from './run-git.ts';

export const gitStatus = defineTool({
  name: 'git_status',
  description: 'Branch and changed files, short format.',
  schema: { input: z.strictObject({}), output: z.string() },
  effect: 'read',
  describe: () => 'git status',
  render: (output) => output,
  execute: (_, ctx) => runGit(ctx, ['status', '--short', '--branch', '--ignore-submodules=dirty']),
});
