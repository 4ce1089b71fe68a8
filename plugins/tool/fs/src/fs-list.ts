import { defineTool, z } from '@forge/plugin-api';

export const fsList = defineTool({
  name: 'fs_list',
  description: 'Lists a folder; folders end with /.',
  schema: { input: z.strictObject({ path: z.string().optional() }), output: z.string() },
  effect: 'read',
  timeoutMs: 30_000,
  describe: ({ path = '.' }) => `listing ${path}`,
  render: (output) => output,
  async execute({ path = '.' }, ctx) {
    // Loaded on first use, as in fs_glob.
    const { listFolder } = await import('./tree/list-folder.ts');
    return listFolder(path, ctx);
  },
});
