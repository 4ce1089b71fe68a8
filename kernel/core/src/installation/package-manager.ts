import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { forgeError } from '@forge/plugin-api';
import { runProgram } from './run-program.ts';

export interface PackageManager {
  /** `npm`, `pnpm`, `yarn` or `bun`, with a version where that matters. */
  readonly name: string;
  /** Absolute: the folder whose package.json names the plugin. */
  readonly folder: string;
  /** Files that installing may change, absolute; they need not exist. */
  readonly files: readonly string[];
  /** Absolute folder in which a package lies, or will: in a workspace maybe above `folder`. */
  placeOf(packageName: string): string;
  /** Builds a package from git with its own scripts, whatever it is told. */
  readonly buildsFromGit: boolean;
  /** Scripts of packages do not run. */
  add(spec: string, options: { readonly exact: boolean }): Promise<void>;
  /** @param signal default: the request's */
  remove(packageName: string, signal?: AbortSignal): Promise<void>;
  /** All that package.json names. `frozen`: exactly as the lock file says, which stays as it is. */
  install(options: { readonly frozen: boolean }): Promise<void>;
}

export interface PackageManagerRequest {
  /** Where the configuration lies. */
  readonly from: string;
  /** Top of the repository: nothing above it is changed. */
  readonly top: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

const lockFiles = ['package-lock.json', 'npm-shrinkwrap.json', 'pnpm-lock.yaml', 'yarn.lock', 'bun.lock', 'bun.lockb'];

/** How each one leaves scripts out. */
const withoutScripts = (agent: string): string => (agent === 'yarn@berry' ? '--mode=skip-build' : '--ignore-scripts');

/** What each one takes when it removes, also at the root of a workspace. pnpm knows the flag when it installs only. */
function removeFlags(agent: string): readonly string[] {
  if (agent.startsWith('pnpm')) return ['--config.ignore-scripts=true'];
  return agent === 'yarn' ? ['--ignore-scripts', '--ignore-workspace-root-check'] : [withoutScripts(agent)];
}

type Flags = (exact: boolean) => readonly string[];

/**
 * How each one leaves scripts out and takes the very version. A plugin is a tool of development, of the whole project where
 * that is a workspace.
 */
const flags: Readonly<Record<string, Flags>> = {
  npm: (exact) => ['--save-dev', '--ignore-scripts', '--no-audit', '--no-fund', ...(exact ? ['--save-exact'] : [])],
  pnpm: (exact) => [
    ...['--save-dev', '--ignore-scripts', '--ignore-workspace-root-check'],
    ...(exact ? ['--save-exact'] : []),
  ],
  // A plugin runs with Forge's Node, whatever the project's is.
  yarn: (exact) => [
    ...['--dev', '--ignore-scripts', '--ignore-engines', '--ignore-workspace-root-check'],
    ...(exact ? ['--exact'] : []),
  ],
  'yarn@berry': (exact) => ['--dev', '--mode=skip-build', ...(exact ? ['--exact'] : [])],
  bun: (exact) => ['--dev', '--ignore-scripts', ...(exact ? ['--exact'] : [])],
};

/** The project's own package manager. Undefined outside of a package: there is nothing to install into. */
export async function findPackageManager(request: PackageManagerRequest): Promise<PackageManager | undefined> {
  const folder = foldersUp(request.from, request.top).find((each) => existsSync(join(each, 'package.json')));
  if (folder === undefined) return undefined;
  const { detect } = await import('package-manager-detector/detect');
  const found = await detect({ cwd: folder, stopDir: request.top });
  const agent = found?.agent ?? 'npm';
  return managerOf(agent === 'yarn' && (await isBerry(request)) ? 'yarn@berry' : agent, folder, request);
}

/** Its newer versions have a lock file of another form, and flags of their own. */
async function isBerry({ from, top }: PackageManagerRequest): Promise<boolean> {
  const lock = foldersUp(from, top)
    .map((folder) => join(folder, 'yarn.lock'))
    .find((file) => existsSync(file));
  return lock !== undefined && /^__metadata:/m.test(await readFile(lock, 'utf8'));
}

/** The least package there can be, for a project that had none. */
export async function makePackage(request: PackageManagerRequest): Promise<PackageManager> {
  await writeFile(join(request.from, 'package.json'), '{\n  "private": true\n}\n', { flag: 'wx' });
  return managerOf('npm', request.from, request);
}

async function managerOf(
  agent: string,
  folder: string,
  { top, env, signal }: PackageManagerRequest,
): Promise<PackageManager> {
  const { resolveCommand } = await import('package-manager-detector/commands');
  const flagsOf = flags[agent] ?? flags[agent.replace(/@.*/, '')];
  if (flagsOf === undefined) {
    throw forgeError('UNSUPPORTED', `Plugins cannot be installed with ${agent}`, {
      where: folder,
      fix: 'install the package yourself, then name it in "plugins" of the configuration',
    });
  }
  // In production each would leave out, or take away, what is of development.
  const run = async (
    action: 'add' | 'uninstall' | 'install' | 'frozen',
    flagsAndSpec: readonly string[],
    ended: AbortSignal = signal,
  ) => {
    const resolved = resolveCommand(agent as Parameters<typeof resolveCommand>[0], action, [...flagsAndSpec]);
    if (resolved === null) throw forgeError('UNSUPPORTED', `${agent} knows no "${action}"`, { where: folder });
    const args = agent === 'npm' ? [...resolved.args, '--include=dev'] : resolved.args;
    await runProgram({
      file: resolved.command,
      args,
      cwd: folder,
      env: { ...env, NODE_ENV: undefined },
      signal: ended,
    });
  };
  return {
    name: agent,
    folder,
    buildsFromGit: agent.startsWith('yarn'),
    placeOf(packageName) {
      const places = foldersUp(folder, top).map((each) => join(each, 'node_modules', packageName));
      return places.find((place) => existsSync(place)) ?? join(folder, 'node_modules', packageName);
    },
    // The lock file of a workspace lies at its root.
    files: [
      join(folder, 'package.json'),
      ...foldersUp(folder, top).flatMap((each) => lockFiles.map((name) => join(each, name))),
    ],
    add: (spec, { exact }) => run('add', [...flagsOf(exact), spec]),
    remove: (packageName, ended) => run('uninstall', [...removeFlags(agent), packageName], ended),
    install: ({ frozen }) =>
      run(frozen ? 'frozen' : 'install', [withoutScripts(agent), ...(agent === 'yarn' ? ['--ignore-engines'] : [])]),
  };
}

/** From a folder up to the top, both included. */
function foldersUp(from: string, top: string): string[] {
  const above = dirname(from);
  return from === top || above === from ? [from] : [from, ...foldersUp(above, top)];
}
