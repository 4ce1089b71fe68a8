import { dirname } from 'node:path';
import { forgeError } from '@forge/plugin-api';
import { findProjectConfig } from '../config/find-config.ts';
import type { ForgeOptions } from '../forge.ts';
import { findPlaces } from '../state/places.ts';
import { type LockedPlugin, readPluginLock } from './plugin-lock.ts';
import { gitAddress } from './git-address.ts';

/** What to add so that a plugin of the lock becomes its newest version, or the one before. Throws USAGE. */
export function updateSpec({ cwd, env }: ForgeOptions, name: string, options: { readonly rollback: boolean }): string {
  const { project } = findPlaces(cwd, env);
  const file = findProjectConfig(cwd, project);
  const locked = readPluginLock(file === undefined ? project : dirname(file))?.[name];
  if (locked === undefined) {
    throw forgeError('USAGE', `"${name}" was not added with forge plugin add`, { fix: `forge plugin add ${name}` });
  }
  const { source = name, copied, integrity, archive } = locked;
  const isGit = gitAddress(source) !== undefined && source !== name;
  // Nothing says that a package of its name has to do with it.
  if (integrity === undefined || archive === true || (copied === true && !isGit))
    throw hasNoSource(name, integrity === undefined);
  if (options.rollback) return before(name, source, locked, isGit);
  return isGit ? source : `${source}@latest`;
}

function before(name: string, source: string, { previous, version }: LockedPlugin, isGit: boolean): string {
  if (previous === undefined)
    throw forgeError('USAGE', `"${name}" has no version to go back to: ${version} is the first`);
  if (!isGit) return `${source}@${previous.version}`;
  const [, commit] = /^git:(.+)$/.exec(previous.integrity ?? '') ?? [];
  if (commit !== undefined) return `${source.split('#', 1)[0]}#${commit}`;
  throw forgeError('USAGE', `Nobody knows of which commit "${name}" ${previous.version} was`, {
    fix: `forge plugin add ${source.split('#', 1)[0]}#<commit>`,
  });
}

function hasNoSource(name: string, isFolder: boolean) {
  return forgeError(
    'USAGE',
    `"${name}" came from ${isFolder ? 'a folder' : 'an archive'}: there is no place to look for a newer one`,
    {
      fix: `add the ${isFolder ? 'folder' : 'newer archive'}: forge plugin add <path>`,
    },
  );
}
