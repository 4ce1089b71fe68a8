import { forgeError, isForgeError } from '@forge/plugin-api';
import { realpath } from 'node:fs/promises';
import { createGit, type Git, gitStderr, type GitWorld } from './git.ts';
import { readConfiguration, type RepositoryConfiguration } from './repository-configuration.ts';

/** The person's repository, as it was when it was looked at. Nothing here changes it. */
export interface Repository {
  /** Top of the working tree, absolute, without links. */
  readonly root: string;
  /** The working tree's own git directory; differs from `commonDirectory` in a linked worktree. */
  readonly gitDirectory: string;
  /** Where refs and objects lie. */
  readonly commonDirectory: string;
  /** HEAD's commit. */
  readonly commit: string;
  /** Short name of the branch that HEAD is on; undefined when it is detached. */
  readonly branch: string | undefined;
  /** There are changes or untracked files that the commit does not contain, so a run does not see them. */
  readonly dirty: boolean;
  readonly shallow: boolean;
  readonly objectFormat: 'sha1' | 'sha256';
  readonly configuration: RepositoryConfiguration;
}

export interface RepositoryWorld {
  readonly env: GitWorld['env'];
}

/**
 * Finds the repository that a folder lies in and looks at it, without running anything it configures.
 *
 * Rejects with NOT_A_REPOSITORY, REPOSITORY_BARE, REPOSITORY_EMPTY (no commit yet), GIT_MISSING or GIT_FAILED.
 */
export async function openRepository(directory: string, { env }: RepositoryWorld): Promise<Repository> {
  const folder = await realFolder(directory);
  const git = createGit({ env, marker: 'forge/git' }, { cwd: folder });
  const [place, configuration] = await Promise.all([findRepository(git), readConfiguration(git)]).catch(
    (error: unknown) => {
      throw explained(error, folder);
    },
  );
  const { commit, branch, dirty } = await look(personsGit(env, 'forge/git', { ...place, configuration }));
  if (commit === undefined) {
    throw forgeError('REPOSITORY_EMPTY', `The repository ${place.root} has no commit yet`, {
      where: place.root,
      fix: 'git add -A && git commit -m "first commit"',
    });
  }
  return { ...place, commit, branch, dirty, configuration };
}

/** Git in the person's repository, with every program that it configures switched off. */
export function personsGit(
  env: GitWorld['env'],
  marker: string,
  {
    root,
    gitDirectory,
    commonDirectory,
    configuration,
  }: Pick<Repository, 'root' | 'gitDirectory' | 'commonDirectory' | 'configuration'>,
): Git {
  const excludes = configuration.excludesFile;
  const settings = [
    ...configuration.neutral,
    ...(excludes === undefined ? [] : [['core.excludesFile', excludes] as const]),
  ];
  return createGit({ env, marker }, { cwd: root, gitDirectory, commonDirectory, workTree: root, settings });
}

async function realFolder(directory: string): Promise<string> {
  try {
    return await realpath(directory);
  } catch (error) {
    throw forgeError('NOT_A_REPOSITORY', `There is no folder ${directory}`, {
      where: directory,
      fix: 'name a folder inside a git repository',
      cause: error,
    });
  }
}

type Place = Pick<Repository, 'root' | 'gitDirectory' | 'commonDirectory' | 'shallow' | 'objectFormat'>;

async function findRepository(git: Git): Promise<Place> {
  const questions = ['--show-toplevel', '--absolute-git-dir', '--git-common-dir', '--is-shallow-repository'];
  const args = ['rev-parse', '--path-format=absolute', ...questions, '--show-object-format'];
  const answer = await git.text(args, { userConfiguration: true });
  const [root = '', gitDirectory = '', commonDirectory = '', shallow, objectFormat] = answer.split('\n');
  return {
    root,
    gitDirectory,
    commonDirectory,
    shallow: shallow === 'true',
    objectFormat: objectFormat === 'sha256' ? 'sha256' : 'sha1',
  };
}

const EXPLANATIONS = [
  { stderr: /not a git repository/, code: 'NOT_A_REPOSITORY', message: 'is not in a git repository', fix: 'git init' },
  { stderr: /must be run in a work tree/, code: 'REPOSITORY_BARE', message: 'has no working tree', fix: undefined },
  { stderr: /cannot use bare repository/, code: 'REPOSITORY_BARE', message: 'is a bare repository', fix: undefined },
  {
    stderr: /dubious ownership/,
    code: 'GIT_FAILED',
    message: 'belongs to somebody else',
    fix: 'git config --global --add safe.directory <folder>, if you trust it',
  },
] as const;

function explained(error: unknown, folder: string): unknown {
  const stderr = gitStderr(error);
  const known = EXPLANATIONS.find((entry) => stderr !== undefined && entry.stderr.test(stderr));
  if (known === undefined || !isForgeError(error)) return error;
  return forgeError(known.code, `${folder} ${known.message}`, {
    where: folder,
    ...(stderr === undefined ? {} : { why: stderr }),
    fix: known.fix ?? 'clone it, and run forge in the clone',
    cause: error,
  });
}

async function look(git: Git) {
  const args = ['status', '--porcelain=v2', '--branch', '-z', '--untracked-files=normal', '--ignore-submodules=all'];
  const { stdout } = await git.run(args);
  const lines = stdout.toString('utf8').split('\0');
  const header = (name: string) => lines.find((line) => line.startsWith(`# ${name} `))?.slice(name.length + 3);
  const [commit, branch] = [header('branch.oid'), header('branch.head')];
  return {
    commit: commit === '(initial)' ? undefined : commit,
    branch: branch === '(detached)' ? undefined : branch,
    dirty: lines.some((line) => line !== '' && !line.startsWith('#')),
  };
}
