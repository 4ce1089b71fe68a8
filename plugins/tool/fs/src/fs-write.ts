import { inWorkspace, temporaryBeside, temporaryName, writeFile } from '@forge/confined-files';
import { defineTool, z } from '@forge/plugin-api';
import { refuseMasked } from './text/refuse-masked.ts';

const input = z.strictObject({ path: z.string(), content: z.string() });

export const fsWrite = defineTool({
  name: 'fs_write',
  description: 'Writes a whole file and makes its folders. To change a part use fs_edit.',
  schema: { input, output: z.string() },
  effect: 'workspace',
  timeoutMs: 30_000,
  describe: ({ path }) => `writing ${path}`,
  render: (output) => output,
  touches: (call) => [call.path, temporaryBeside(call)],
  execute: (call, ctx) =>
    inWorkspace(ctx, call.path, ({ find, handles }) => {
      const { path, content } = call;
      refuseMasked(content);
      const place = find(path, { createParents: true });
      writeFile(place, Buffer.from(content, 'utf8'), temporaryName(call), handles);
      return `${place.stats === undefined ? 'created' : 'replaced'} ${place.location} (${lineCount(content)})`;
    }),
});

function lineCount(content: string): string {
  let count = content === '' || content.endsWith('\n') ? 0 : 1;
  for (let at = content.indexOf('\n'); at >= 0; at = content.indexOf('\n', at + 1)) count++;
  return count === 1 ? '1 line' : `${count} lines`;
}
