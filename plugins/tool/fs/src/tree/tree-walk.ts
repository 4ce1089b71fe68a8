import { type Dirent, readdirSync } from 'node:fs';
import { type Directory, type Handles, isGitFolder } from '@forge/confined-files';
import type { IgnoreRules } from './ignore-rules.ts';

/** A file, or a link, in an open directory. Links are never followed. */
export interface FoundFile {
  readonly directory: Directory;
  readonly name: string;
  /** From the workspace's top. */
  readonly location: string;
  readonly isLink: boolean;
}

export interface TreeWalk {
  /**
   * Visits up to `count` more files, in the order of their names. False: that was all, or `visit` said false. A visit
   * may use the file's directory, which is closed soon after.
   */
  advance(count: number, visit: (file: FoundFile) => boolean): boolean;
  /** Folders that could not be read. */
  readonly unreadable: number;
}

interface Level {
  readonly directory: Directory;
  readonly entries: readonly Dirent[];
  readonly rules: IgnoreRules;
  next: number;
}

/** All files below a directory that git would not ignore. An explicit stack, so that a time limit may end it anywhere. */
export function createTreeWalk(start: Directory, rules: IgnoreRules, handles: Handles): TreeWalk {
  const stack: Level[] = [];
  let unreadable = 0;

  const enter = (open: () => Directory, above: IgnoreRules | undefined) => {
    try {
      const directory = open();
      const entries = sortedEntries(directory);
      const hasRules = above !== undefined && entries.some(({ name }) => name === '.gitignore');
      stack.push({
        directory,
        entries,
        rules: hasRules ? above.extendedBy(directory, handles) : (above ?? rules),
        next: 0,
      });
    } catch {
      unreadable++;
    }
  };
  enter(() => start, undefined);

  return {
    advance(count, visit) {
      let left = count;
      for (let level = stack.at(-1); level !== undefined; level = stack.at(-1)) {
        const entry = level.entries[level.next++];
        if (entry === undefined) {
          stack.pop()?.directory.close();
          continue;
        }
        const { directory } = level;
        const location = directory.location === '' ? entry.name : `${directory.location}/${entry.name}`;
        const isDirectory = entry.isDirectory();
        if (isGitFolder(entry.name) || level.rules.ignores(location, isDirectory)) continue;
        if (isDirectory) {
          enter(() => directory.open(entry.name), level.rules);
          continue;
        }
        const isLink = entry.isSymbolicLink();
        if (!isLink && !entry.isFile()) continue;
        if (!visit({ directory, name: entry.name, location, isLink })) return false;
        if (--left === 0) return true;
      }
      return false;
    },
    get unreadable() {
      return unreadable;
    },
  };
}

export function sortedEntries(directory: Directory): Dirent[] {
  directory.verify();
  const entries = readdirSync(directory.self, { withFileTypes: true });
  directory.verify();
  return entries.sort((one, other) => (one.name < other.name ? -1 : 1));
}
