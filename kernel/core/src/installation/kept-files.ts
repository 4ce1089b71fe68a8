import { readFile, rm, writeFile } from 'node:fs/promises';

/** Files as they are now, so that what follows can be undone. */
export interface KeptFiles {
  /** Writes them back; one that was not there is removed. */
  restore(): Promise<void>;
}

export async function keepFiles(paths: readonly string[]): Promise<KeptFiles> {
  const kept = await Promise.all([...new Set(paths)].map(async (path) => ({ path, bytes: await bytesOf(path) })));
  return {
    async restore() {
      for (const { path, bytes } of kept) {
        if (bytes === undefined) await rm(path, { force: true });
        else await writeFile(path, bytes);
      }
    },
  };
}

async function bytesOf(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
