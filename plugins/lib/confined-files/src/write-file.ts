import { constants, fchmodSync, renameSync, rmSync, writeSync } from 'node:fs';
import type { Handles } from './handles.ts';
import type { Place } from './place.ts';
import { notPlain } from './read-file.ts';

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;

/**
 * Replaces a file, or makes it: the bytes go into a new file beside it, which then takes its name. So nobody ever sees
 * half of it, and a hard link to the old file keeps the old bytes. Permissions stay.
 *
 * `temporaryName` must be unused in that directory.
 */
export function writeFile(place: Place, bytes: Uint8Array, temporaryName: string, handles: Handles): void {
  const { directory, name, stats, location } = place;
  if (stats !== undefined && !stats.isFile()) throw notPlain(location, stats);
  const temporary = directory.entry(temporaryName);
  directory.verify();
  const descriptor = handles.open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o666);
  try {
    directory.verify();
    writeAll(descriptor, bytes);
    if (stats !== undefined) fchmodSync(descriptor, stats.mode & 0o777);
    directory.verify();
    renameSync(temporary, directory.entry(name));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    handles.close(descriptor);
  }
  directory.verify();
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  let written = 0;
  while (written < bytes.length) written += writeSync(descriptor, bytes, written);
}
