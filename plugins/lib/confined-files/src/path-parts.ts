import { forgeError } from '@forge/plugin-api';

/** Components of a path, relative to the workspace's top; `..` is still among them. */
export interface PathParts {
  readonly absolute: boolean;
  readonly parts: readonly string[];
}

const longestPath = 4096;

/**
 * Splits what a model, or a link, names. An absolute path is taken when it begins with the workspace's own.
 *
 * @throws INPUT_INVALID for NUL and endless paths, PATH_OUTSIDE_WORKSPACE for another absolute path or a home directory
 */
export function pathParts(workspace: string, path: string): PathParts {
  if (path.includes('\0')) throw forgeError('INPUT_INVALID', 'A path cannot contain a NUL character');
  if (path.length > longestPath) {
    throw forgeError('INPUT_INVALID', `The path has ${path.length} characters; at most ${longestPath} are possible`);
  }
  if (/^~[\w.-]*(\/|$)/.test(path) && (path.includes('/') || path === '~')) throw outside(path);
  if (!path.startsWith('/')) return { absolute: false, parts: split(path) };
  const top = workspace.endsWith('/') ? workspace : `${workspace}/`;
  if (path !== workspace && !path.startsWith(top)) throw outside(path);
  return { absolute: true, parts: split(path.slice(top.length)) };
}

function split(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

/** Characters that HFS+ ignores in names, so that `.g<U+200C>it` is `.git` there. */
const ignorable = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

/** True for git's own folder, under every name by which some file system would find it. */
export function isGitFolder(name: string): boolean {
  if (name.length < 4 || name.length > 64) return false;
  const plain = name
    .replace(ignorable, '')
    .replace(/[. ]+$|:.*$/gs, '')
    .toLowerCase();
  return plain === '.git' || plain === 'git~1';
}

export function outside(path: string): Error {
  return forgeError('PATH_OUTSIDE_WORKSPACE', `${shown(path)} is outside the workspace; paths start at its top`);
}

export function insideGit(path: string): Error {
  return forgeError('PATH_OUTSIDE_WORKSPACE', `${shown(path)} belongs to git, not to the project: use the git tools`);
}

/** A path as it is shown: on one line, and not endless. */
export function shown(path: string): string {
  const short = path.length > 300 ? `${path.slice(0, 300)}…` : path;
  return /[\u0000-\u001f\u007f\u2028\u2029]/.test(short) ? JSON.stringify(short) : short;
}
