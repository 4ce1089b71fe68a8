import { defineTool, z } from '@forge/plugin-api';
import { plainDiff, runGit, selection } from './run-git.ts';

const input = z.strictObject({ revision: z.string().optional(), path: z.string().optional() });

export const gitDiff = defineTool({
  name: 'git_diff',
  description: 'Changes of the files since a revision (default HEAD), or between two (a..b). Not of untracked files.',
  schema: { input, output: z.string() },
  effect: 'read',
  describe: ({ revision, path }) => ['git diff', revision, path].filter(Boolean).join(' '),
  render: (output) => output || 'no difference',
  execute: ({ revision = 'HEAD', path }, ctx) => runGit(ctx, ['diff', ...plainDiff, ...selection(revision, path)]),
});
