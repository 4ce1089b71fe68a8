import { defineTool, z } from '@forge/plugin-api';

const input = z.strictObject({
  pattern: z.string(),
  path: z.string().optional(),
  glob: z.string().optional(),
  ignoreCase: z.boolean().optional(),
});

export const fsGrep = defineTool({
  name: 'fs_grep',
  description: 'Finds lines that match a JavaScript regular expression; gives path:line:text. Skips ignored files.',
  schema: { input, output: z.string() },
  effect: 'read',
  timeoutMs: 60_000,
  describe: ({ pattern }) => `searching for ${pattern}`,
  render: (output) => output,
  async execute({ pattern, path = '.', glob, ignoreCase = false }, ctx) {
    // Loaded on first use, as in fs_glob.
    const { findLines } = await import('./tree/find-lines.ts');
    return findLines({ pattern, path, glob, ignoreCase }, ctx);
  },
});
