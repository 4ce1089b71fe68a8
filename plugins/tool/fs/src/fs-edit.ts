import { isUtf8 } from 'node:buffer';
import {
  inWorkspace,
  notFound,
  notPlain,
  openFile,
  readWhole,
  shown,
  temporaryBeside,
  temporaryName,
  writeFile,
} from '@forge/confined-files';
import { defineTool, forgeError, z } from '@forge/plugin-api';
import { refuseMasked } from './text/refuse-masked.ts';
import { replace } from './text/replace.ts';

const edit = z.strictObject({ old: z.string(), new: z.string(), all: z.boolean().optional() });
const input = z.strictObject({ path: z.string(), edits: z.array(edit).min(1) });
const mostBytes = 8_000_000;

export const fsEdit = defineTool({
  name: 'fs_edit',
  description:
    'Replaces exact text in a file. "old" must occur once (or set "all"), without line numbers. All edits or none.',
  schema: { input, output: z.string() },
  effect: 'workspace',
  timeoutMs: 30_000,
  describe: ({ path }) => `editing ${path}`,
  render: (output) => output,
  touches: (call) => [call.path, temporaryBeside(call)],
  execute: (call, ctx) =>
    inWorkspace(ctx, call.path, ({ find, handles }) => {
      const { path, edits } = call;
      for (const one of edits) refuseMasked(one.new, one.old);
      const place = find(path);
      const { directory, name, location, stats } = place;
      if (stats === undefined) throw notFound(directory, name, path);
      if (!stats.isFile()) throw notPlain(location, stats);
      const bytes = readWhole(openFile(directory, name, location, handles), mostBytes);
      if (bytes === undefined || bytes.includes(0) || !isUtf8(bytes)) {
        const why = bytes === undefined ? 'it is too large' : 'it is not UTF-8 text';
        throw forgeError('TOOL_FAILED', `${shown(location)} cannot be edited: ${why}`);
      }
      const { text, lines } = replace(bytes.toString('utf8'), edits, shown(location));
      writeFile(place, Buffer.from(text, 'utf8'), temporaryName(call), handles);
      return `edited ${shown(location)} at ${whereabouts(lines)}`;
    }),
});

function whereabouts(lines: readonly number[]): string {
  if (lines.length === 1) return `line ${lines[0]}`;
  const shownLines = lines.slice(0, 10).join(', ');
  return `lines ${shownLines}${lines.length > 10 ? `, … (${lines.length} places)` : ''}`;
}
