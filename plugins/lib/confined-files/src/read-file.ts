import { constants, fstatSync, readSync, type Stats } from 'node:fs';
import { forgeError } from '@forge/plugin-api';
import type { Directory } from './directory.ts';
import type { Handles } from './handles.ts';
import { shown } from './path-parts.ts';

const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;

export interface OpenFile {
  readonly descriptor: number;
  readonly stats: Stats;
}

/**
 * Opens a plain file of an open directory for reading; the caller closes it. A pipe or a device is neither waited for
 * nor opened for good.
 *
 * A file with several hard links is read like any other: package managers link whole stores, and who could make such a
 * link could read the file. Writing never goes through one, see `writeFile`.
 */
export function openFile(directory: Directory, name: string, location: string, handles: Handles): OpenFile {
  directory.verify();
  const descriptor = handles.open(directory.entry(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  directory.verify();
  const stats = fstatSync(descriptor);
  if (stats.isFile()) return { descriptor, stats };
  handles.close(descriptor);
  throw notPlain(location, stats);
}

export function notPlain(location: string, stats: Stats): Error {
  if (stats.isDirectory()) return forgeError('TOOL_FAILED', `${shown(location)} is a folder: use fs_list`);
  return forgeError('TOOL_FAILED', `${shown(location)} is not a plain file (a pipe, a socket or a device)`);
}

/** Fills the buffer from a place in the file; says how much of it there was. */
export function readAt(descriptor: number, buffer: Uint8Array, position: number): number {
  let filled = 0;
  while (filled < buffer.length) {
    const read = readSync(descriptor, buffer, filled, buffer.length - filled, position + filled);
    if (read === 0) break;
    filled += read;
  }
  return filled;
}

/** All bytes of an open file of at most `most` bytes; undefined when there are more. It may grow while it is read. */
export function readWhole({ descriptor, stats }: OpenFile, most: number): Buffer | undefined {
  if (stats.size > most) return undefined;
  const buffer = Buffer.allocUnsafe(Math.min(most, stats.size) + 1);
  const filled = readAt(descriptor, buffer, 0);
  if (filled < buffer.length) return buffer.subarray(0, filled);
  // Longer than it said it was: growing, or one of /proc, which have no size.
  const larger = Buffer.allocUnsafe(most + 1);
  const total = readAt(descriptor, larger, 0);
  return total > most ? undefined : larger.subarray(0, total);
}

/** Text has no NUL near its start. */
export function isBinary(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 8192).includes(0);
}
