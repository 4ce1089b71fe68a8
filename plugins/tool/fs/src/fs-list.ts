import { type Dirent, readlinkSync } from 'node:fs';
import { defineTool, forgeError, z } from '@forge/plugin-api';
import type { Directory } from './confined/directory.ts';
import { notFound } from './confined/file-error.ts';
import { isGitFolder, shown } from './confined/path-parts.ts';
import { inWorkspace } from './confined/workspace.ts';
import { rulesAlong } from './tree/ignore-rules.ts';
import { runWithin } from './tree/time-guard.ts';
import { sortedEntries } from './tree/tree-walk.ts';

const input = z.strictObject({ path: z.string().optional() });
const mostEntries = 500;
const mostIgnored = 10;

export const fsList = defineTool({
  name: 'fs_list',
  description: 'Lists a folder; folders end with /.',
  schema: { input, output: z.string() },
  effect: 'read',
  timeoutMs: 30_000,
  describe: ({ path = '.' }) => `listing ${path}`,
  render: (output) => output,
  execute: ({ path = '.' }, ctx) =>
    inWorkspace(ctx, path, ({ find, handles }) => {
      const { directory, name, location, stats, way } = find(path);
      if (stats === undefined) throw notFound(directory, name, path);
      if (!stats.isDirectory()) throw forgeError('TOOL_FAILED', `${shown(location)} is not a folder: use fs_read`);
      const entries = sortedEntries(directory).filter((entry) => !isGitFolder(entry.name));
      const ignored = runWithin(2000, 'A pattern in .gitignore', () => {
        const rules = rulesAlong(way, handles);
        const prefix = location === '' ? '' : `${location}/`;
        return new Set(entries.filter((entry) => rules.ignores(prefix + entry.name, entry.isDirectory())));
      });
      return listing(directory, entries, ignored);
    }),
});

function listing(directory: Directory, entries: readonly Dirent[], ignored: ReadonlySet<Dirent>): string {
  const visible = entries.filter((entry) => !ignored.has(entry));
  const rows = visible.slice(0, mostEntries).map((entry) => row(directory, entry));
  if (visible.length > mostEntries) rows.push(`[${visible.length - mostEntries} more]`);
  if (ignored.size > 0) {
    const names = [...ignored].slice(0, mostIgnored).map(plainRow);
    rows.push(`[ignored by git: ${names.join(' ')}${ignored.size > mostIgnored ? ' …' : ''}]`);
  }
  return rows.length === 0 ? '[empty folder]' : rows.join('\n');
}

function row(directory: Directory, entry: Dirent): string {
  if (!entry.isSymbolicLink()) return plainRow(entry);
  return `${shown(entry.name)} -> ${shown(readlinkSync(directory.entry(entry.name)))}`;
}

function plainRow(entry: Dirent): string {
  return entry.isDirectory() ? `${shown(entry.name)}/` : shown(entry.name);
}
