import { copyFile, link, mkdir, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Repository } from './repository.ts';
import { readIfThere } from './read-if-there.ts';

export interface RunCloneBase {
  readonly commit: string;
  readonly branch?: string | undefined;
  readonly dirty: boolean;
}

export interface RunClone {
  /** A git directory without a working tree: the run's refs and objects. */
  readonly gitDirectory: string;
  /** What the run started from; stays when HEAD of the person's repository moves on. */
  readonly base: RunCloneBase;
}

/** Where a clone starts that goes on from another run. */
export interface CloneOrigin {
  readonly base: RunCloneBase;
  /** The commit that the branch starts at. */
  readonly head: string;
  /** The other run's folder, as far as it is still there. */
  readonly directory: string;
}

interface CloneRecord {
  readonly base: RunCloneBase;
}

const recordFile = (directory: string) => join(directory, 'clone.json');
const gitDirectoryOf = (directory: string) => join(directory, 'clone');

/** The clone that lies in this folder, complete; undefined when there is none. */
export async function openRunClone(directory: string): Promise<RunClone | undefined> {
  const record = await readIfThere(recordFile(directory));
  if (record === undefined) return undefined;
  return { gitDirectory: gitDirectoryOf(directory), ...(JSON.parse(record) as CloneRecord) };
}

/**
 * Makes the run's private clone. It is laid out by hand, which takes no process and runs no template: a git directory
 * with refs of its own that borrows the objects of the person's repository, and has no remote. `branch` starts at the
 * base commit.
 *
 * The run's folder may lie inside the person's working tree. A git file that leads nowhere keeps git from looking for a
 * repository further up: or `rm -rf .git; git stash` in a checkout would be done to the person's own files.
 */
export async function createRunClone(
  repository: Repository,
  directory: string,
  branch: string,
  origin?: CloneOrigin,
): Promise<RunClone> {
  const gitDirectory = gitDirectoryOf(directory);
  const base = origin?.base ?? baseOf(repository);
  await layOutGitDirectory(gitDirectory, {
    branch,
    commit: origin?.head ?? base.commit,
    bare: true,
    objectFormat: repository.objectFormat,
    settings: repository.configuration.carried,
    borrowFrom: join(repository.commonDirectory, 'objects'),
  });
  await Promise.all([
    writeFile(join(directory, '.git'), 'gitdir: forge-lets-git-look-no-further-up\n'),
    copyIfThere(join(repository.commonDirectory, 'shallow'), join(gitDirectory, 'shallow')),
    copyIfThere(join(repository.commonDirectory, 'info', 'exclude'), join(gitDirectory, 'info', 'exclude')),
    ownPacks(repository.commonDirectory, gitDirectory),
    ...(origin === undefined ? [] : [ownObjects(gitDirectoryOf(origin.directory), gitDirectory)]),
  ]);
  // Last, and in one step: with it the clone is complete.
  const record: CloneRecord = { base };
  await writeFile(`${recordFile(directory)}.new`, JSON.stringify(record));
  await rename(`${recordFile(directory)}.new`, recordFile(directory));
  return { gitDirectory, base };
}

function baseOf({ commit, branch, dirty }: Repository): RunCloneBase {
  return { commit, dirty, ...(branch === undefined ? {} : { branch }) };
}

export interface GitDirectoryLayout {
  /** HEAD is on this branch, at this commit. */
  readonly branch: string;
  readonly commit: string;
  readonly bare: boolean;
  readonly objectFormat: Repository['objectFormat'];
  readonly settings: readonly (readonly [key: string, value: string])[];
  /** Another repository's objects folder. */
  readonly borrowFrom: string;
}

export async function layOutGitDirectory(path: string, layout: GitDirectoryLayout): Promise<void> {
  const branchFile = join(path, 'refs', 'heads', layout.branch);
  await Promise.all(
    [join(path, 'objects', 'pack'), join(path, 'objects', 'info'), join(path, 'info'), join(branchFile, '..')].map(
      (folder) => mkdir(folder, { recursive: true }),
    ),
  );
  await Promise.all([
    writeFile(join(path, 'HEAD'), `ref: refs/heads/${layout.branch}\n`),
    writeFile(branchFile, `${layout.commit}\n`),
    writeFile(join(path, 'objects', 'info', 'alternates'), `${quotedPath(layout.borrowFrom)}\n`),
    writeFile(join(path, 'config'), configurationFile(layout)),
  ]);
}

function configurationFile({ bare, objectFormat, settings }: GitDirectoryLayout): string {
  const isSha256 = objectFormat === 'sha256';
  const entries: readonly (readonly [string, string])[] = [
    ['core.repositoryformatversion', isSha256 ? '1' : '0'],
    ['core.bare', String(bare)],
    ...(isSha256 ? [['extensions.objectformat', 'sha256'] as const] : []),
    ...settings,
  ];
  return entries
    .map(([key, value]) => {
      const [section = '', name = ''] = key.split('.');
      return `[${section}]\n\t${name} = "${value.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"\n`;
    })
    .join('');
}

/** A line of `objects/info/alternates`; one that starts with a quote is read as a quoted string. */
function quotedPath(path: string): string {
  return path.includes('\n') ? `"${path.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"` : path;
}

/**
 * Gives the clone its own name for every pack it borrows from, so that a repack or `git gc --prune=now` in the person's
 * repository takes nothing away. Costs no space. Where linking is not possible (another file system), packs stay
 * borrowed. Loose objects stay borrowed, too: gc keeps them for two weeks after they became unreachable.
 */
async function ownPacks(commonDirectory: string, gitDirectory: string): Promise<void> {
  const [from, to] = [commonDirectory, gitDirectory].map((path) => join(path, 'objects', 'pack')) as [string, string];
  const names = await readdir(from).catch(() => []);
  const kept = names.filter((name) => /^pack-[0-9a-f]+\.(?:pack|idx|rev)$/.test(name));
  // The index last: git takes a pack for complete when it sees its index.
  const order = ['.pack', '.rev', '.idx'];
  for (const extension of order) {
    const linked = kept.filter((name) => name.endsWith(extension));
    await Promise.all(linked.map((name) => link(join(from, name), join(to, name)).catch(() => undefined)));
  }
}

/** Gives the clone all objects of another run's clone, which may be removed afterwards. */
async function ownObjects(from: string, to: string): Promise<void> {
  const folders = await readdir(join(from, 'objects')).catch(() => []);
  const loose = folders.filter((name) => /^[0-9a-f]{2}$/.test(name));
  await Promise.all([
    ownPacks(from, to),
    ...loose.map(async (folder) => {
      const [source, target] = [from, to].map((path) => join(path, 'objects', folder)) as [string, string];
      await mkdir(target, { recursive: true });
      const names = await readdir(source);
      await Promise.all(names.map((name) => linkOrCopy(join(source, name), join(target, name))));
    }),
  ]);
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  await link(from, to).catch(() => copyFile(from, to));
}

async function copyIfThere(from: string, to: string): Promise<void> {
  const found = await stat(from).catch(() => undefined);
  if (found?.isFile()) await copyFile(from, to);
}
