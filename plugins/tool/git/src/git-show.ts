import { defineTool, z } from '@forge/plugin-api';
import { plainDiff, runGit, selection } from './run-git.ts';

const input = z.strictObject({ revision: z.string(), path: z.string().optional() });

export const gitShow = defineTool({
  name: 'git_show',
  description: 'A commit with its changes, or a file as it was: revision "HEAD~1:src/a.ts".',
  schema: { input, output: z.string() },
  effect: 'read',
  describe: ({ revision, path }) => ['git show', revision, path].filter(Boolean).join(' '),
  render: (output) => output || 'nothing to show',
  execute: ({ revision, path }, ctx) =>
    runGit(ctx, ['show', '--no-show-signature', '--stat', '--patch', ...plainDiff, ...selection(revision, path)]),
});
