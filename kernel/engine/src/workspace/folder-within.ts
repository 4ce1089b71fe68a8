import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Do the files of a folder, however deep, hold no more than that many bytes? Looks no further than it takes to know. */
export async function folderWithin(folder: string, most: number): Promise<boolean> {
  return (await room(folder, most)) >= 0;
}

/** What is left of the room; below 0 when there was too little. A file takes a block at least, an empty one, too. */
async function room(folder: string, most: number): Promise<number> {
  let left = most;
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    if (left < 0) return left;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) left = await room(path, left - block);
    else left -= Math.max(block, (await lstat(path).catch(() => undefined))?.size ?? 0);
  }
  return left;
}

const block = 4096;
