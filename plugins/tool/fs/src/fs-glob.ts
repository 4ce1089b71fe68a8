import { defineTool, z } from '@forge/plugin-api';

export const fsGlob = defineTool({
  name: 'fs_glob',
  description:
    'Finds files by name, such as src/**/*.ts. Without / the pattern fits at any depth. Skips ignored files.',
  schema: { input: z.strictObject({ pattern: z.string(), path: z.string().optional() }), output: z.string() },
  effect: 'read',
  timeoutMs: 60_000,
  describe: ({ pattern }) => `finding ${pattern}`,
  render: (output) => output,
  async execute({ pattern, path = '.' }, ctx) {
    // Loaded on first use: the libraries cost more than a whole start may.
    const { findFiles } = await import('./tree/find-files.ts');
    return findFiles(pattern, path, ctx);
  },
});
