import { setImmediate as nextTurn } from 'node:timers/promises';
import { inWorkspace, isBinary, notFound, notPlain, openFile, readAt, shown } from '@forge/confined-files';
import { defineTool, forgeError, z } from '@forge/plugin-api';
import { type Lines, readLines } from './text/read-lines.ts';
import { size } from './text/size.ts';

const input = z.strictObject({ path: z.string(), startLine: z.number().optional(), endLine: z.number().optional() });

export const fsRead = defineTool({
  name: 'fs_read',
  description: 'Reads a text file: line number, tab, line. Long files in parts.',
  schema: { input, output: z.string() },
  effect: 'read',
  timeoutMs: 30_000,
  describe: ({ path }) => `reading ${path}`,
  render: (output) => output,
  touches: ({ path }) => [path],
  execute: ({ path, startLine = 1, endLine = Number.POSITIVE_INFINITY }, ctx) =>
    inWorkspace(ctx, path, async ({ find, handles, signal }) => {
      const { directory, name, location, stats } = find(path);
      if (stats === undefined) throw notFound(directory, name, path);
      if (!stats.isFile()) throw notPlain(location, stats);
      const file = openFile(directory, name, location, handles);
      const start = Buffer.alloc(Math.min(8192, file.stats.size));
      if (isBinary(start.subarray(0, readAt(file.descriptor, start, 0)))) {
        throw forgeError('TOOL_FAILED', `${shown(location)} is a binary file (${size(file.stats.size)})`);
      }
      const first = Math.max(1, Math.floor(startLine));
      const lines = await readLines(file, { startLine: first, endLine: Math.floor(endLine) }, async () => {
        await nextTurn();
        signal.throwIfAborted();
      });
      return numbered(lines, first, `${shown(location)} (${size(file.stats.size)})`);
    }),
});

function numbered({ lines, more, total, carriageReturns, validUtf8 }: Lines, first: number, file: string): string {
  if (total === 0) return '[empty file]';
  if (lines.length === 0) {
    const known = total === undefined ? '' : `: it has ${total}`;
    throw forgeError('INPUT_INVALID', `There is no line ${first} in ${file}${known}`);
  }
  const last = first + lines.length - 1;
  const rows = lines.map((line, index) => `${first + index}\t${line}`);
  if (first > 1 || more) {
    const next = more ? `; go on with startLine ${last + 1}` : '';
    rows.push(`[lines ${first}-${last} of ${total ?? file}${next}]`);
  }
  if (carriageReturns) rows.push('[lines end with CRLF; fs_edit keeps that]');
  if (!validUtf8) rows.push('[not UTF-8: what could not be read is shown as \ufffd]');
  return rows.join('\n');
}
