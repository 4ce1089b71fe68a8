import { readdirSync } from 'node:fs';
import { type ErrorCode, type ForgeError, forgeError, isForgeError } from '@forge/plugin-api';
import { nearest } from './nearest.ts';
import type { Directory } from './directory.ts';
import { shown } from './path-parts.ts';

/** What the system says, in words for a model. Others are "could not be used" with the system's own words. */
const faults: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  ENOENT: ['FILE_NOT_FOUND', 'does not exist'],
  ENOTDIR: ['FILE_NOT_FOUND', 'does not exist: a part of the path is not a folder'],
  ELOOP: ['TOOL_FAILED', 'was replaced by a link while it was used; try again'],
  EISDIR: ['TOOL_FAILED', 'is a folder'],
  ENAMETOOLONG: ['INPUT_INVALID', 'has a name that is too long'],
  EACCES: ['TOOL_FAILED', 'may not be used: permission denied'],
  EPERM: ['TOOL_FAILED', 'may not be used: operation not permitted'],
  EROFS: ['TOOL_FAILED', 'lies on a read-only file system'],
  ENOSPC: ['DISK_FULL', 'could not be written: no space left on the device'],
  EDQUOT: ['DISK_FULL', 'could not be written: the disk quota is used up'],
};

export function errnoOf(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** The same error if it is Forge's own; else one with a code and words about `path`. */
export function toolError(error: unknown, path: string): ForgeError {
  if (isForgeError(error)) return error;
  const [code, words] = faults[errnoOf(error) ?? ''] ?? ['TOOL_FAILED', `could not be used (${messageOf(error)})`];
  return forgeError(code, `${shown(path)} ${words}`, { cause: error });
}

export function notFound(directory: Directory, name: string, path: string): ForgeError {
  const similar = nearest(name, entriesOf(directory));
  const parent = directory.location === '' ? '' : `${directory.location}/`;
  const hint = similar === undefined ? '' : `; did you mean ${shown(parent + similar)}?`;
  return forgeError('FILE_NOT_FOUND', `${shown(path)} does not exist${hint}`);
}

function entriesOf(directory: Directory): string[] {
  try {
    return readdirSync(directory.self).filter((name) => name !== '.git');
  } catch {
    return []; // Only a hint is lost.
  }
}

function messageOf(error: unknown): string {
  return errnoOf(error) ?? (error instanceof Error ? error.message : String(error));
}
