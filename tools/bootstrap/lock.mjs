// @ts-check
import { randomUUID } from 'node:crypto';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { mkdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { SetupFault } from './fault.mjs';

/**
 * @typedef {{ beat: number, silence: number }} Pace milliseconds: between two signs of life, and without one until the
 *   owner counts as dead
 */

/** @type {Pace} */
const usualPace = { beat: 500, silence: 5_000 };

/**
 * Does `work` while holding the lock folder, so that two set-ups never work in one checkout at the same time.
 * The folder appears by one rename with its owner's name inside. The owner shows that it lives by touching the file;
 * a waiter judges by its own clock whether that stopped, which also holds across containers that share a folder.
 * The folder is the work's scratch space too: it goes with the lock, however the work ends.
 *
 * @template T
 * @param {string} folder
 * @param {{ onWait: (owner: string) => void, pace?: Pace }} options `onWait` is called once, when another one is at work
 * @param {(scratch: string) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(folder, { onWait, pace = usualPace }, work) {
  const token = `${process.pid} ${randomUUID()}`;
  await acquire(folder, token, { onWait, pace });
  const owner = join(folder, 'owner');
  /** @type {(reason: SetupFault) => void} */
  let lose = () => {};
  const lost = new Promise((_, reject) => (lose = reject));
  lost.catch(() => {});
  const beat = setInterval(() => void signOfLife(owner, token).catch((error) => lose(error)), pace.beat);
  const stopped = (/** @type {NodeJS.Signals} */ signal) => {
    removeWhole(folder);
    process.exit(signal === 'SIGINT' ? 130 : 143);
  };
  process.on('SIGINT', stopped).on('SIGTERM', stopped);
  try {
    return /** @type {T} */ (await Promise.race([work(folder), lost]));
  } finally {
    clearInterval(beat);
    process.off('SIGINT', stopped).off('SIGTERM', stopped);
    if ((await ownerOf(folder)) === token) removeWhole(folder);
  }
}

/**
 * @param {string} folder
 * @param {string} token
 * @param {{ onWait: (owner: string) => void, pace: Pace }} options
 */
async function acquire(folder, token, { onWait, pace }) {
  let seen = { sign: '', at: performance.now() };
  for (let waits = 0; !(await created(folder, token)); waits += 1) {
    const owner = await ownerOf(folder);
    if (waits === 0) onWait(owner.split(' ')[0] || 'unknown');
    const sign = `${owner} ${await lastSign(folder)}`;
    if (sign !== seen.sign) seen = { sign, at: performance.now() };
    else if (performance.now() - seen.at > pace.silence) await removeDead(folder, owner);
    await wait(Math.min(pace.beat, 200));
  }
}

/**
 * Renaming a folder onto one that has content fails, which is what makes the lock exclusive.
 *
 * @param {string} folder
 * @param {string} token
 */
async function created(folder, token) {
  if (existsSync(folder)) return false;
  const fresh = `${folder}.${randomUUID()}`;
  await mkdir(fresh, { recursive: true });
  await writeFile(join(fresh, 'owner'), token);
  try {
    renameSync(fresh, folder);
    return true;
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    const { code = '' } = /** @type {NodeJS.ErrnoException} */ (error);
    // Windows answers EPERM for a target that is there.
    if (['ENOTEMPTY', 'EEXIST'].includes(code) || (code === 'EPERM' && existsSync(folder))) return false;
    throw error;
  }
}

/** @param {string} folder @param {string} dead */
async function removeDead(folder, dead) {
  if ((await ownerOf(folder)) === dead) removeWhole(folder);
}

/** Emptied in place it would be free before it is gone, and the removal would go on in the next owner's lock.
 * @param {string} folder
 */
function removeWhole(folder) {
  const aside = `${folder}.${randomUUID()}`;
  try {
    renameSync(folder, aside);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return;
    throw error;
  }
  rmSync(aside, { recursive: true, force: true });
}

/** @param {string} owner @param {string} token */
async function signOfLife(owner, token) {
  const holder = await readFile(owner, 'utf8').catch(() => undefined);
  if (holder !== token) {
    throw new SetupFault('another set-up took over because this one stood still for too long', 'Start again.');
  }
  const now = new Date();
  await utimes(owner, now, now);
}

/** The empty string when nobody signed. @param {string} folder */
async function ownerOf(folder) {
  return await readFile(join(folder, 'owner'), 'utf8').catch(() => '');
}

/** @param {string} folder */
async function lastSign(folder) {
  return await stat(join(folder, 'owner')).then(
    (found) => found.mtimeMs,
    () => 0,
  );
}
