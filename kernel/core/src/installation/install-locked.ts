import { dirname } from 'node:path';
import { type ForgeError, ForgeFaults, forgeError } from '@forge/plugin-api';
import { findProjectConfig } from '../config/find-config.ts';
import type { ForgeOptions } from '../forge.ts';
import { openHost } from '../host/open-host.ts';
import { tokens } from '../host/tokens.ts';
import { approval, changesSince } from '../host/check-lock.ts';
import { findPlaces } from '../state/places.ts';
import { findPackageManager } from './package-manager.ts';
import { lockFileName, type PluginLock, readPluginLock } from './plugin-lock.ts';

export interface FrozenPlugins {
  /** Undefined where there is no package to install into. */
  readonly packageManager: string | undefined;
  /** Each as it was approved. */
  readonly plugins: readonly { readonly name: string; readonly version: string }[];
}

/**
 * Installs what the project's own lock file names, without running scripts, and holds every plugin against
 * `forge.plugins.lock`. Rejects with PLUGIN_CHANGED or PLUGIN_NOT_FOUND for each that is another, or not there.
 */
export async function installLocked(
  forge: ForgeOptions,
  {
    frozen,
    signal,
    report,
  }: {
    /** The package manager changes no lock file of its own: what does not fit it is an error. */
    readonly frozen: boolean;
    readonly signal: AbortSignal;
    report(step: string): void;
  },
): Promise<FrozenPlugins> {
  const { project: top } = findPlaces(forge.cwd, forge.env);
  const file = findProjectConfig(forge.cwd, top);
  const folder = file === undefined ? top : dirname(file);
  const lock = readPluginLock(folder);
  if (lock === undefined) {
    throw forgeError('USAGE', `There is no ${lockFileName} here`, { where: folder, fix: 'forge plugin add <plugin>' });
  }
  const packages = await findPackageManager({ from: folder, top, env: forge.env, signal });
  if (packages !== undefined) {
    report(`installing with ${packages.name}, without running scripts`);
    await packages.install({ frozen });
  }
  report(`comparing with ${lockFileName}`);
  const faults = await differences(forge, lock);
  if (faults.length > 0) throw faults.length === 1 ? faults[0] : new ForgeFaults(faults);
  const plugins = Object.entries(lock).map(([name, { version }]) => ({ name, version }));
  return { packageManager: packages?.name, plugins };
}

async function differences(forge: ForgeOptions, lock: PluginLock): Promise<ForgeError[]> {
  const { host, close } = await openHost(forge, { despiteFaults: true });
  try {
    const { plugins, disabled } = host.get(tokens.discovered);
    return Object.entries(lock).flatMap(([name, locked]) => {
      const record = [...plugins, ...disabled].find(({ manifest }) => manifest.name === name);
      if (record === undefined) {
        const fix = 'name it in the configuration and in package.json, or remove it from the lock: forge plugin remove';
        return [forgeError('PLUGIN_NOT_FOUND', `The plugin "${name}" of the lock is not there`, { plugin: name, fix })];
      }
      const changes = changesSince(locked, record);
      if (changes.length === 0) return [];
      return [
        forgeError('PLUGIN_CHANGED', `The plugin "${name}" is not the one that was approved`, {
          where: record.folder,
          why: `${changes.join('; ')} (approved: ${locked.version}, found: ${record.manifest.version})`,
          fix: approval(record, locked),
          plugin: name,
        }),
      ];
    });
  } finally {
    await close();
  }
}
