import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where Forge reads and writes, all absolute. */
export interface Places {
  /** Top of the git repository around `cwd`; undefined outside of one. */
  readonly repository: string | undefined;
  /** The repository, or `cwd` without one. */
  readonly project: string;
  /** Runs, memories, workspaces: `.forge` of the repository, or what FORGE_HOME says. */
  readonly state: string;
  /** The person's own folders, shared by all repositories. */
  readonly userConfig: string;
  readonly userState: string;
  readonly userCache: string;
}

export function findPlaces(cwd: string, env: Environment): Places {
  const repository = findRepository(cwd);
  const project = repository ?? cwd;
  const home = env['HOME'] ?? env['USERPROFILE'] ?? homedir();
  const own = (variable: string, fallback: string): string => {
    const value = env[variable];
    // The XDG specification says that relative paths are to be ignored.
    return join(value !== undefined && isAbsolute(value) ? value : join(home, fallback), 'forge');
  };
  const userState = own('XDG_STATE_HOME', '.local/state');
  return {
    repository,
    project,
    state: stateOf(cwd, env, repository) ?? join(userState, 'outside'),
    userConfig: own('XDG_CONFIG_HOME', '.config'),
    userState,
    userCache: own('XDG_CACHE_HOME', '.cache'),
  };
}

/** Outside of a repository nothing is left in the folder where Forge happened to be called. */
function stateOf(cwd: string, env: Environment, repository: string | undefined): string | undefined {
  if (env['FORGE_HOME']) return resolve(cwd, env['FORGE_HOME']);
  return repository === undefined ? undefined : join(repository, '.forge');
}

/** The nearest folder with a `.git`, which is a file in worktrees and submodules. */
function findRepository(cwd: string): string | undefined {
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

/** The text of a small file; undefined when it is not there. */
export function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** A path with links followed; as it is when it leads nowhere. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
