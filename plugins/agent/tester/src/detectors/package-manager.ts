import type { ProjectView } from '../project-view.ts';
import type { PackageJson } from './package-json.ts';

export interface PackageManager {
  readonly locks: readonly string[];
  /** Tells versions with the same name and lock file apart. */
  readonly fits?: (view: ProjectView, declared: string) => boolean;
  /** Runs the package's test script. */
  readonly test: readonly string[];
  /** Runs a program of an installed package. */
  readonly program: readonly string[];
  /** Installs what the lock file says and fails if it does not fit. */
  readonly installLocked: readonly string[];
  readonly install: readonly string[];
}

const isModernYarn = (view: ProjectView, declared: string) =>
  declared === '' ? view.has('.yarnrc.yml') : !declared.startsWith('yarn@1.');

const managers: readonly (PackageManager & { readonly name: string })[] = [
  {
    name: 'pnpm',
    locks: ['pnpm-lock.yaml'],
    test: ['pnpm', 'test'],
    program: ['pnpm', 'exec'],
    installLocked: ['pnpm', 'install', '--frozen-lockfile'],
    install: ['pnpm', 'install'],
  },
  {
    name: 'yarn',
    locks: ['yarn.lock'],
    fits: isModernYarn,
    test: ['yarn', 'test'],
    program: ['yarn', 'run'],
    installLocked: ['yarn', 'install', '--immutable'],
    install: ['yarn', 'install'],
  },
  {
    name: 'yarn',
    locks: ['yarn.lock'],
    test: ['yarn', 'test'],
    program: ['yarn', 'run'],
    installLocked: ['yarn', 'install', '--frozen-lockfile'],
    install: ['yarn', 'install'],
  },
  {
    name: 'bun',
    locks: ['bun.lock', 'bun.lockb'],
    test: ['bun', 'run', 'test'],
    program: ['bun', 'x'],
    installLocked: ['bun', 'install', '--frozen-lockfile'],
    install: ['bun', 'install'],
  },
  {
    name: 'npm',
    locks: ['package-lock.json', 'npm-shrinkwrap.json'],
    test: ['npm', 'test'],
    program: ['npx', '--no-install'],
    installLocked: ['npm', 'ci'],
    install: ['npm', 'install'],
  },
];

/** The one that the package names, else the one whose lock file is there, else npm. */
export function packageManagerOf(view: ProjectView, { packageManager }: PackageJson): PackageManager {
  const fitting = managers.filter(({ fits }) => fits?.(view, packageManager) ?? true);
  const declared = fitting.find(({ name }) => packageManager.startsWith(`${name}@`));
  const locked = fitting.find(({ locks }) => locks.some((lock) => view.has(lock)));
  return declared ?? locked ?? (managers.at(-1) as PackageManager);
}

/** What installs the dependencies; nothing when there are none. */
export function installCommands(view: ProjectView, manifest: PackageJson): readonly (readonly string[])[] {
  if (manifest.dependencies.length === 0 && !manifest.hasWorkspaces) return [];
  const { locks, installLocked, install } = packageManagerOf(view, manifest);
  return [locks.some((lock) => view.has(lock)) ? installLocked : install];
}
