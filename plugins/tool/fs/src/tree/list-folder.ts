import { type Dirent, readlinkSync } from 'node:fs';
import { type Directory, inWorkspace, isGitFolder, notFound, shown } from '@forge/confined-files';
import { forgeError, type ToolContext } from '@forge/plugin-api';
import { rulesAlong } from './ignore-rules.ts';
import { runWithin } from './time-guard.ts';
import { sortedEntries } from './tree-walk.ts';

const mostEntries = 500;
const mostIgnored = 10;

/** The names in a folder, one a line; those that git ignores only in a note. */
export function listFolder(path: string, ctx: ToolContext): Promise<string> {
  return inWorkspace(ctx, path, ({ find, handles }) => {
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
  });
}

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
