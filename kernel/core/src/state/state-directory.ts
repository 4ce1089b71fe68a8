import { chmod, lstat, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { forgeError } from '@forge/plugin-api';
import { runtimeFacts } from '../world/this-process.ts';

const ownerOnly = 0o700;
/** Plugins may be linked to where they are written; what is in there runs only when it is trusted. */
const mayBeLink = 'plugins';

/**
 * Makes the folder for Forge's state, with a `.gitignore` inside that keeps all of it out of git, without touching any
 * file of the repository. Nobody else can look into it: what models were told and answered is the person's own. An older
 * one that others can read is closed to them, unless it belongs to another person. Repeating is harmless. Rejects with
 * TRUST_REQUIRED when something else has its name or that of something in it, such as a link that a repository brings
 * along to have the state written elsewhere.
 */
export async function ensureStateDirectory(path: string): Promise<string> {
  await mkdir(path, { recursive: true, mode: ownerOnly }).catch(() => undefined);
  await expectReal(path, 'folder');
  await closeToOthers(path);
  const ignore = join(path, '.gitignore');
  // 'wx' neither follows a link nor touches a file that is there.
  await writeFile(ignore, '*\n', { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await expectReal(ignore, 'file');
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.isSymbolicLink() && entry.name !== mayBeLink) throw notPlain(join(path, entry.name), 'file or folder');
  }
  return path;
}

async function closeToOthers(path: string): Promise<void> {
  const { mode, uid } = await lstat(path);
  if (uid === runtimeFacts().userId && (mode & 0o077) !== 0) await chmod(path, ownerOnly);
}

async function expectReal(path: string, kind: 'folder' | 'file'): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (kind === 'folder' ? found?.isDirectory() : found?.isFile()) return;
  throw notPlain(path, kind, found === undefined ? 'it could not be made' : 'it is a link, or something else');
}

function notPlain(path: string, kind: string, why = 'it is a link'): Error {
  return forgeError('TRUST_REQUIRED', `${path} is not a plain ${kind}`, {
    where: path,
    why,
    fix: 'remove it, or set FORGE_HOME to a folder outside the repository',
  });
}
