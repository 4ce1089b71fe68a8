import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { forgeError } from '@forge/plugin-api';

/** Files named by the SHA-256 of their bytes. A name appears only when the file is whole. */
export function createBlobs(folder: string, newId: () => string) {
  const pathOf = (hash: string) => join(folder, hash.slice(0, 2), hash);

  return {
    async putBlob(bytes: Uint8Array): Promise<string> {
      const hash = sha256(bytes);
      const path = pathOf(hash);
      const partial = `${path}.${newId()}.partial`;
      try {
        // A file of another length was damaged after it was written; it is replaced.
        if ((await stat(path).catch(ifMissing))?.size === bytes.byteLength && (await touch(path, bytes))) return hash;
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        await writeFile(partial, bytes, { mode: 0o600 });
        await rename(partial, path);
      } catch (error) {
        await rm(partial, { force: true }).catch(() => undefined);
        throw failed('stored', path, error);
      }
      return hash;
    },

    /** Removes what was last stored before that time and is not referred to. */
    async removeUnless(isReferred: (hash: string) => boolean, before: number) {
      const found = { blobs: 0, bytes: 0 };
      for (const path of await filesIn(folder)) {
        const facts = await stat(path).catch(ifMissing);
        if (facts === undefined || facts.mtimeMs >= before || isReferred(basename(path))) continue;
        await rm(path, { force: true });
        if (path.endsWith('.partial')) continue;
        found.blobs += 1;
        found.bytes += facts.size;
      }
      return found;
    },

    async getBlob(hash: string): Promise<Uint8Array> {
      const path = pathOf(hash);
      const isName = /^[0-9a-f]{64}$/.test(hash);
      const bytes = isName ? await readFile(path).catch(ifMissing).catch(rethrown(path)) : undefined;
      if (bytes === undefined) throw forgeError('BLOB_NOT_FOUND', `There is no blob ${hash}`, { where: path });
      if (sha256(bytes) === hash) return bytes;
      throw forgeError('LOG_CORRUPT', `Blob ${hash} is damaged`, { where: path });
    },
  };
}

/** Its first byte written again makes it young: what is removed as garbage is old. False when there is no such file. */
async function touch(path: string, bytes: Uint8Array): Promise<boolean> {
  const file = bytes.byteLength === 0 ? undefined : await open(path, 'r+').catch(ifMissing);
  if (file === undefined) return false;
  await file.write(bytes, 0, 1, 0).finally(() => file.close());
  return true;
}

export async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(ifMissing);
  return (entries ?? []).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

function rethrown(path: string) {
  return (error: unknown): never => {
    throw failed('read', path, error);
  };
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function ifMissing(error: unknown): undefined {
  if ((error as { code?: unknown }).code === 'ENOENT') return undefined;
  throw error;
}

function failed(what: 'stored' | 'read', path: string, error: unknown): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    const fix = 'Free some space, then repeat';
    return forgeError('DISK_FULL', 'The disk is full; the blob was not stored', { where: path, fix, cause: error });
  }
  return forgeError('STORE_FAILED', `A blob could not be ${what}`, { where: path, why: message, cause: error });
}
