import { copyFile, lstat, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { forgeError } from '@forge/plugin-api';
import { type Git, gitStderr } from './git.ts';
import { readIfThere } from './read-if-there.ts';
import { removeTree } from './remove-tree.ts';
import type { Repository } from './repository.ts';
import { layOutGitDirectory } from './run-clone.ts';
import { createSnapshots, type Snapshots } from './snapshots.ts';
import { stagedTree } from './staged-tree.ts';
import { writeCommit } from './write-commit.ts';

/** A working tree of a run, for one execution at a time. */
export interface Checkout {
  /** Absolute. */
  readonly path: string;
  /** The commit that it was made at. */
  readonly base: string;
  /**
   * Commits everything that changed since `base`, with `base` as the parent; undefined when nothing did. Ignored files
   * are left out. Repeating with the same content and message answers the same commit.
   */
  commit(message: string): Promise<string | undefined>;
  /**
   * Keeps what it holds now under that name, in place of the snapshot before. Ignored files and repositories inside it
   * are left out. With `paths`, relative to it, only what lies there.
   */
  snapshot(name: string, paths?: readonly string[]): Promise<void>;
  /** As it was at that snapshot; what that left out stays as it is. */
  restore(name: string): Promise<void>;
  /** As it was made: what is ignored is gone, too. */
  reset(): Promise<void>;
}

export interface CheckoutRequest {
  readonly name: string;
  readonly base: string;
  /** Made anew in any case: nothing of what was done in it before is left. */
  readonly fresh?: boolean;
  /** It was worked in before, and must be there. */
  readonly kept?: boolean;
  /** The run's folder. */
  readonly directory: string;
  /** Git in the run's clone. */
  readonly git: Git;
  readonly repository: Repository;
  /** What the checkout's own git shows as its branch. */
  readonly branch: string;
  readonly now: () => number;
}

interface CheckoutRecord {
  readonly base: string;
  readonly committed?: { readonly tree: string; readonly message: string; readonly commit: string };
}

/**
 * The checkout of that name at `base`, as it is when it is there, else made anew.
 *
 * The engine works with an index of its own and names the git directory in every call, so nothing in the checkout, which
 * an agent may write, decides what its git does. The `.git` folder in there is for the agent alone: a small repository
 * that borrows the run's objects, which the engine never reads again.
 */
export async function openCheckout(request: CheckoutRequest): Promise<Checkout> {
  const { name, base, directory, git } = request;
  if (!/^(tasks\/)?[a-z0-9][a-z0-9._-]{0,99}$/i.test(name)) {
    throw forgeError('INTERNAL', `"${name}" cannot be the name of a checkout`);
  }
  const path = join(directory, 'checkouts', name);
  const files = { index: join(directory, 'index', name), record: join(directory, 'index', `${name}.json`) };
  const snapshotDirectory = join(directory, 'snapshots', name);
  const tree = git.at({ cwd: path, workTree: path, indexFile: files.index });
  let snapshots: Snapshots | undefined;

  let record = await readRecord(files.record);
  if (request.fresh === true || record?.base !== base || !(await isFolder(path))) {
    if (request.kept === true) throw lost(path);
    record = await make();
  }
  // A lock of a Forge that was killed; who is here owns the run.
  await rm(`${files.index}.lock`, { force: true });

  async function make(): Promise<CheckoutRecord> {
    // While it changes, it is no checkout of any commit.
    await Promise.all([rm(files.record, { force: true }), rm(`${files.index}.lock`, { force: true })]);
    if (!(await moveTo(base))) {
      await Promise.all([removeTree(path), rm(files.index, { force: true })]);
      await Promise.all([mkdir(path, { recursive: true }), mkdir(dirname(files.index), { recursive: true })]);
      await tree.run(['read-tree', '-u', '--reset', base]);
    }
    await Promise.all([removeTree(join(path, '.git')), removeTree(snapshotDirectory)]);
    snapshots = undefined;
    await makeAgentsRepository(request, path, files.index);
    return save({ base });
  }

  /** Far cheaper than a new one where there are many files. False when there is none, or it does not let itself. */
  async function moveTo(commit: string): Promise<boolean> {
    const index = await lstat(files.index).catch(() => undefined);
    if (index === undefined || !(await isFolder(path))) return false;
    try {
      await tree.run(['clean', '-ffdxq']);
      await tree.run(['read-tree', '-u', '--reset', commit]);
      return true;
    } catch (error) {
      if (gitStderr(error) === undefined) throw error;
      return false;
    }
  }

  async function save(next: CheckoutRecord): Promise<CheckoutRecord> {
    await writeFile(`${files.record}.new`, JSON.stringify(next));
    await rename(`${files.record}.new`, files.record);
    record = next;
    return next;
  }

  const kept = () => record ?? { base };
  const theSnapshots = () =>
    (snapshots ??= createSnapshots({ tree, path, index: files.index, directory: snapshotDirectory }));
  const write = (treeId: string, message: string, ref: string) =>
    writeCommit(git, {
      tree: treeId,
      parents: [base],
      message,
      identity: request.repository.configuration.identity,
      at: request.now(),
      refs: [{ name: `refs/forge/${ref}` }],
    });

  return {
    path,
    base,
    async commit(message) {
      const found = await stagedTree(tree, path);
      const { committed } = kept();
      if (committed?.tree === found && committed.message === message) return committed.commit;
      if (found === (await git.text(['rev-parse', `${base}^{tree}`]))) return undefined;
      const commit = await write(found, message, `checkouts/${name}`);
      await save({ ...kept(), committed: { tree: found, message, commit } });
      return commit;
    },
    snapshot: (name, paths) => theSnapshots().take(name, paths),
    restore: (name) => theSnapshots().restore(name),
    async reset() {
      await make();
    },
  };
}

/** To begin anew from the base would drop what was done, without a word. */
function lost(path: string) {
  return forgeError('WORKSPACE_LOST', 'The workspace of a task that was worked on is gone', {
    where: path,
    why: 'the run has a folder of its own in the state folder; somebody removed a part of it',
    fix: 'discard the run and start it again',
  });
}

async function makeAgentsRepository(request: CheckoutRequest, path: string, index: string): Promise<void> {
  const { repository, git, base, branch } = request;
  const { identity, carried } = repository.configuration;
  const clone = git.place.gitDirectory ?? '';
  const own = join(path, '.git');
  await layOutGitDirectory(own, {
    branch,
    commit: base,
    bare: false,
    objectFormat: repository.objectFormat,
    settings: [...carried, ['user.name', identity.name], ['user.email', identity.email]],
    borrowFrom: join(clone, 'objects'),
  });
  const copies = [
    [index, join(own, 'index')],
    [join(clone, 'info', 'exclude'), join(own, 'info', 'exclude')],
    [join(clone, 'shallow'), join(own, 'shallow')],
  ] as const;
  await Promise.all(copies.map(([from, to]) => copyFile(from, to).catch(ignoreMissing)));
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}

async function readRecord(file: string): Promise<CheckoutRecord | undefined> {
  const text = await readIfThere(file);
  return text === undefined ? undefined : (JSON.parse(text) as CheckoutRecord);
}

async function isFolder(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined))?.isDirectory() ?? false;
}
