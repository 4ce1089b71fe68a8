import { lstat, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { forgeError } from '@forge/plugin-api';

/**
 * Makes the folder for Forge's state, with a `.gitignore` inside that keeps all of it out of git, without touching any
 * file of the repository. Repeating is harmless. Rejects with TRUST_REQUIRED when something else has its name, such as
 * a link that a repository brings along to have the state written elsewhere.
 */
export async function ensureStateDirectory(path: string): Promise<string> {
  await mkdir(path, { recursive: true }).catch(() => undefined);
  await expectReal(path, 'folder');
  const ignore = join(path, '.gitignore');
  // 'wx' neither follows a link nor touches a file that is there.
  await writeFile(ignore, '*\n', { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await expectReal(ignore, 'file');
  return path;
}

async function expectReal(path: string, kind: 'folder' | 'file'): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (kind === 'folder' ? found?.isDirectory() : found?.isFile()) return;
  throw forgeError('TRUST_REQUIRED', `${path} is not a plain ${kind}`, {
    where: path,
    why: found === undefined ? 'it could not be made' : 'it is a link, or something else',
    fix: 'remove it, or set FORGE_HOME to a folder outside the repository',
  });
}
