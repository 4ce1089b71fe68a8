import { forgeError, type ToolContext } from '@forge/plugin-api';
import {
  inWorkspace,
  notFound,
  notPlain,
  openFile,
  readWhole,
  shown,
  temporaryName,
  writeFile,
} from '@forge/confined-files';

const mostBytes = 8_000_000;

type Place = Pick<ToolContext, 'workspace' | 'signal'>;

/** The text of a file, by the rules by which the file tools read. `line` counts from 1. */
export function readTextFile(
  ctx: Place,
  path: string,
  line: number | null | undefined,
  limit: number | null | undefined,
): Promise<string> {
  return inWorkspace(ctx, path, ({ find, handles }) => {
    const { directory, name, location, stats } = find(path);
    if (stats === undefined) throw notFound(directory, name, path);
    if (!stats.isFile()) throw notPlain(location, stats);
    const bytes = readWhole(openFile(directory, name, location, handles), mostBytes);
    if (bytes === undefined || bytes.includes(0))
      throw forgeError('TOOL_FAILED', `${shown(location)} is too large, or no text`);
    const text = bytes.toString('utf8');
    if (line === undefined && limit === undefined) return text;
    const first = Math.max(1, line ?? 1) - 1;
    return text
      .split('\n')
      .slice(first, limit === undefined || limit === null ? undefined : first + limit)
      .join('\n');
  });
}

/** Writes a whole file and makes its folders, by the rules by which the file tools write. */
export function writeTextFile(ctx: Place, path: string, content: string): Promise<void> {
  return inWorkspace(ctx, path, ({ find, handles }) => {
    const place = find(path, { createParents: true });
    writeFile(place, Buffer.from(content, 'utf8'), temporaryName({ path }), handles);
  });
}
