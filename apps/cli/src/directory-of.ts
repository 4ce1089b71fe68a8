import { statSync } from 'node:fs';
import { resolve } from 'node:path';

/** Where a command works, as an absolute path. Rejects with USAGE when `--cwd` names no folder. */
export async function directoryOf(cwd: string, wanted: string | undefined): Promise<string> {
  const directory = wanted === undefined ? cwd : resolve(cwd, wanted);
  if (wanted === undefined || statSync(directory, { throwIfNoEntry: false })?.isDirectory() === true) return directory;
  const { forgeError } = await import('@forge/plugin-api');
  throw forgeError('USAGE', `--cwd ${wanted} is not a folder`, { where: directory, fix: 'name an existing folder' });
}
