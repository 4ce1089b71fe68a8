import { defineTool, z } from '@forge/plugin-api';
import { runGit, selection } from './run-git.ts';

const input = z.strictObject({
  revision: z.string().optional(),
  path: z.string().optional(),
  count: z.number().optional(),
});
const mostCommits = 200;

export const gitLog = defineTool({
  name: 'git_log',
  description: 'Commits, newest first: hash, date, author, subject. count: default 20.',
  schema: { input, output: z.string() },
  effect: 'read',
  describe: ({ revision, path }) => ['git log', revision, path].filter(Boolean).join(' '),
  render: (output) => output || 'no commit',
  execute({ revision = 'HEAD', path, count = 20 }, ctx) {
    const limit = Math.min(mostCommits, Math.max(1, Math.floor(count)));
    const format = ['--no-show-signature', '--no-patch', '--date=short', '--format=%h %ad %an: %s'];
    return runGit(ctx, ['log', `--max-count=${limit}`, ...format, ...selection(revision, path)]);
  },
});
