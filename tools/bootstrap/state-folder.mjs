// @ts-check
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SetupFault } from './fault.mjs';
import { withLock } from './lock.mjs';

/**
 * Does `work` in a folder that git does not see, created when it is missing, as the only set-up that does.
 *
 * @template T
 * @param {string} folder
 * @param {(line: string) => void} log
 * @param {(scratch: string) => Promise<T>} work `scratch` is removed afterwards
 */
export async function inStateFolder(folder, log, work) {
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, '.gitignore'), '*\n');
  } catch (error) {
    const reason = /** @type {Error} */ (error).message;
    throw new SetupFault(`cannot write ${folder}: ${reason}`, 'Start Forge once as the owner of that folder.');
  }
  const onWait = (/** @type {string} */ owner) => log(`waiting for the set-up that process ${owner} is doing`);
  return await withLock(join(folder, 'setup.lock'), { onWait }, work);
}
