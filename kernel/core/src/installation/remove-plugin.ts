import { readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { forgeError } from '@forge/plugin-api';
import type { ForgeOptions } from '../forge.ts';
import { openHost } from '../host/open-host.ts';
import { tokens } from '../host/tokens.ts';
import type { PluginRecord } from '../manifests/plugin-record.ts';
import { findPlaces, realPath } from '../state/places.ts';
import { copyPlace } from './copy-plugin.ts';
import { withoutPlugin } from './edit-config.ts';
import { keepFiles } from './kept-files.ts';
import { writtenUse } from './look-at-plugin.ts';
import { findPackageManager } from './package-manager.ts';
import { lockFileName, readPluginLock, writePluginLock } from './plugin-lock.ts';
import { keepConfigTrust } from './trust-now.ts';

export interface RemovePluginRequest {
  readonly name: string;
  report(step: string): void;
  readonly signal: AbortSignal;
}

export interface RemovedPlugin {
  readonly name: string;
  readonly configFile: string;
  /** Its package was uninstalled. */
  readonly uninstalled: boolean;
}

/** Takes a plugin out of configuration, lock and package. A step that fails undoes those before it. */
export async function removePlugin(forge: ForgeOptions, request: RemovePluginRequest): Promise<RemovedPlugin> {
  const { name, signal, report } = request;
  const { configFile, use } = await findUse(forge, name);
  const { project: top } = findPlaces(forge.cwd, forge.env);
  const folder = dirname(configFile);
  const isPackage = !use.startsWith('.') && !use.startsWith('/');
  const packages = isPackage ? await findPackageManager({ from: folder, top, env: forge.env, signal }) : undefined;
  const kept = await keepFiles([configFile, join(folder, lockFileName), ...(packages?.files ?? [])]);
  const trust = keepConfigTrust(forge, configFile);
  try {
    report(`taking it out of ${relative(forge.cwd, configFile) || configFile}`);
    await writeFile(configFile, await withoutPlugin(configFile, await readFile(configFile, 'utf8'), use));
    await trust.carryOver();
    const { [name]: locked, ...others } = readPluginLock(folder) ?? {};
    await writePluginLock(folder, others);
    // What still names something of it is told before the package goes.
    const { close } = await openHost(forge);
    await close();
    if (packages !== undefined) {
      report(`uninstalling it with ${packages.name}`);
      await packages.remove(use);
    }
    // The lock came with the repository: only what a copy would be goes.
    if (locked?.copied === true && resolve(folder, use) === copyPlace(folder, { name })) {
      report('removing its copy');
      await rm(copyPlace(folder, { name }), { recursive: true, force: true });
    }
    return { name, configFile, uninstalled: packages !== undefined };
  } catch (error) {
    await kept.restore();
    await trust.carryOver().catch(() => undefined);
    throw error;
  }
}

/** What to do instead, for a plugin that no configuration of the project names. */
const instead: Readonly<Record<PluginRecord['origin'], (name: string) => string>> = {
  default: (name) => `it comes with Forge; forge plugin disable ${name} switches it off`,
  project: () => 'remove its folder',
  configuration: () => 'take it out of your own configuration',
};

async function findUse(forge: ForgeOptions, name: string): Promise<{ configFile: string; use: string }> {
  const { host, close } = await openHost(forge);
  try {
    const configuration = host.get(tokens.configuration);
    const discovered = host.get(tokens.discovered);
    const record = discovered.plugins.find(({ manifest }) => manifest.name === name);
    if (record === undefined) {
      throw forgeError('PLUGIN_NOT_FOUND', `There is no plugin ${name} here`, {
        fix: 'see what there is: forge plugin list',
      });
    }
    const use = writtenUse(record, configuration, discovered);
    const { file } = configuration;
    if (use === undefined || file === undefined) {
      throw forgeError('USAGE', `"${name}" is not in the configuration of this project`, {
        where: realPath(record.folder),
        fix: instead[record.origin](name),
      });
    }
    return { configFile: file, use };
  } finally {
    await close();
  }
}
