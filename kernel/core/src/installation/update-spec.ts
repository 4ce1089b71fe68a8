import { dirname } from 'node:path';
import { forgeError } from '@forge/plugin-api';
import { findProjectConfig } from '../config/find-config.ts';
import type { ForgeOptions } from '../forge.ts';
import { findPlaces } from '../state/places.ts';
import { readPluginLock } from './plugin-lock.ts';

/** What to add so that a plugin of the lock becomes its newest version, or the one before. Throws USAGE. */
export function updateSpec({ cwd, env }: ForgeOptions, name: string, options: { readonly rollback: boolean }): string {
  const { project } = findPlaces(cwd, env);
  const file = findProjectConfig(cwd, project);
  const locked = readPluginLock(file === undefined ? project : dirname(file))?.[name];
  if (locked === undefined) {
    throw forgeError('USAGE', `"${name}" was not added with forge plugin add`, { fix: `forge plugin add ${name}` });
  }
  if (!options.rollback) return `${name}@latest`;
  if (locked.previous !== undefined) return `${name}@${locked.previous.version}`;
  throw forgeError('USAGE', `"${name}" has no version to go back to: ${locked.version} is the first`);
}
