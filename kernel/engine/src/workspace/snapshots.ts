import { constants } from 'node:fs';
import { chmod, copyFile, link, lstat, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { forgeError } from '@forge/plugin-api';
import { type Git, gitStderr } from './git.ts';
import { readIfThere } from './read-if-there.ts';
import { removeTree } from './remove-tree.ts';

/** What a checkout held before a call changed it. Only the newest snapshot is kept. */
export interface Snapshots {
  /**
   * Keeps what lies at these paths; without paths everything but what is ignored and what lies in repositories inside
   * the checkout.
   */
  take(name: string, paths?: readonly string[]): Promise<void>;
  /** As it was. Doing it again is harmless. Rejects with WORKSPACE_LOST when there is no snapshot of that name. */
  restore(name: string): Promise<void>;
}

export interface SnapshotsRequest {
  /** Git in the checkout. */
  readonly tree: Git;
  /** The checkout. */
  readonly path: string;
  /** The index that a snapshot starts from where there was none before. */
  readonly index: string;
  /** Snapshots lie in here and nothing else does. */
  readonly directory: string;
}

/** What lay at a path. Without `mode`: nothing. */
interface Kept {
  readonly path: string;
  readonly mode?: number;
}

/**
 * A snapshot of some paths is a copy of them. One of everything is an index: git brings the checkout into an index of
 * its own here, and because it replaces that file and never writes into it, a hard link to it is the snapshot. So it
 * takes one process, however many files there are; a tree is made of it when somebody goes back.
 *
 * An index must not name a repository inside the checkout when git looks at it again: git would start itself in there,
 * with that repository's own configuration.
 */
export function createSnapshots({ tree, path, index, directory }: SnapshotsRequest): Snapshots {
  const current = join(directory, 'index');
  const git = tree.at({ indexFile: current });
  let prepared: Promise<void> | undefined;
  let newest: string | undefined;

  async function prepare(): Promise<void> {
    await Promise.all([path, directory].map((folder) => mkdir(folder, { recursive: true })));
    await rm(`${current}.lock`, { force: true });
    if (!(await isThere(current))) {
      await copyFile(index, `${current}.new`, constants.COPYFILE_FICLONE);
      await rename(`${current}.new`, current);
    }
    await leaveOutRepositories();
  }

  async function stage(): Promise<void> {
    await (prepared ??= prepare());
    // What git cannot read is left out; the call that follows may be what makes it readable.
    const { stdout } = await git.run(['add', '--all', '--verbose', '--ignore-errors'], { answers: [0, 1] });
    if (/\/'$/m.test(stdout.toString('utf8'))) await leaveOutRepositories();
  }

  async function leaveOutRepositories(): Promise<void> {
    const { stdout } = await git.run(['ls-files', '-z', '--stage']);
    const entries = stdout.toString('utf8').split('\0');
    const places = entries.filter((entry) => entry.startsWith('160000 ')).map((entry) => entry.split('\t')[1] ?? '');
    if (places.length === 0) return;
    await git.run(['update-index', '-z', '--force-remove', '--stdin'], { stdin: places.join('\0') });
  }

  async function keep(folder: string, files: readonly Kept[]): Promise<void> {
    await mkdir(folder, { recursive: true });
    for (const [at, file] of files.entries()) {
      if (file.mode === undefined) continue;
      await copyFile(join(path, file.path), join(folder, String(at)), constants.COPYFILE_FICLONE);
    }
    await writeFile(join(folder, 'files.json'), JSON.stringify(files));
  }

  async function bringBack(folder: string, files: readonly Kept[]): Promise<void> {
    for (const [at, file] of files.entries()) {
      const place = join(path, file.path);
      await removeTree(place);
      if (file.mode === undefined) continue;
      await mkdir(dirname(place), { recursive: true });
      await copyFile(join(folder, String(at)), place, constants.COPYFILE_EXCL);
      await chmod(place, file.mode);
    }
  }

  /** A handful of files of its own: a process that removes them would cost more than all the rest. */
  const forget = (name: string) => rm(join(directory, name), { recursive: true, force: true });

  return {
    async take(name, paths) {
      const place = join(directory, name);
      await forget(name);
      const files = paths === undefined ? undefined : await plainFiles(path, paths);
      if (files === undefined) {
        await stage();
        await link(current, place);
      } else {
        await keep(place, files);
      }
      if (newest !== undefined && newest !== name) await forget(newest);
      newest = name;
    },

    async restore(name) {
      const place = join(directory, name);
      const kept = await lstat(place).catch(() => undefined);
      const list = kept?.isDirectory() === true ? await readIfThere(join(place, 'files.json')) : undefined;
      if (list !== undefined) return bringBack(place, JSON.parse(list) as Kept[]);
      if (kept?.isFile() !== true) throw lost(place);
      await rm(`${place}.lock`, { force: true });
      await (prepared ??= prepare());
      const back = ['read-tree', '-u', '--reset', await git.at({ indexFile: place }).text(['write-tree'])];
      // The rules for what is ignored come back first. What lies in the way of a file is found by the second one.
      await git.run(back).catch((error: unknown) => {
        if (gitStderr(error) === undefined) throw error;
      });
      // What is in the index now is what read-tree may remove.
      await stage();
      await git.run(back);
    },
  };
}

/** Undefined when one of them is, or leads through, something else than plain folders and files. */
async function plainFiles(root: string, paths: readonly string[]): Promise<Kept[] | undefined> {
  const found = await Promise.all([...new Set(paths)].map((path) => plainFile(root, path)));
  return found.every((file) => file !== undefined) ? found : undefined;
}

async function plainFile(root: string, path: string): Promise<Kept | undefined> {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  const name = parts.pop();
  if (path.startsWith('/') || name === undefined || parts.includes('..') || name === '..') return undefined;
  const kept = { path: [...parts, name].join('/') };
  let place = root;
  for (const part of parts) {
    place = join(place, part);
    const folder = await lstat(place).catch(() => undefined);
    if (folder === undefined) return kept;
    if (!folder.isDirectory()) return undefined;
  }
  const file = await lstat(join(place, name)).catch(() => undefined);
  if (file === undefined) return kept;
  return file.isFile() ? { ...kept, mode: file.mode & 0o777 } : undefined;
}

async function isThere(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined;
}

function lost(place: string) {
  return forgeError('WORKSPACE_LOST', 'What the workspace held before a call that was cut is gone', {
    where: place,
    why: 'the run has a folder of its own in the state folder; somebody removed a part of it',
    fix: 'discard the run and start it again',
  });
}
