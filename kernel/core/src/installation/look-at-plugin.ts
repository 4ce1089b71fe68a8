import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ForgeFaults, forgeError, type Manifest } from '@forge/plugin-api';
import type { ForgeOptions } from '../forge.ts';
import { runsInProcess } from '../host/in-process.ts';
import { openHost } from '../host/open-host.ts';
import { tokens } from '../host/tokens.ts';
import { type PluginParts, partsOf } from '../inspection/plugin-parts.ts';
import type { Configuration } from '../config/read-configuration.ts';
import { checkManifests } from '../manifests/check.ts';
import type { Discovered } from '../manifests/discover.ts';
import type { PluginRecord } from '../manifests/plugin-record.ts';
import { findPlaces, realPath } from '../state/places.ts';
import { hashFolder } from '../trust/content-hash.ts';
import type { FetchedPlugin } from './fetch-plugin.ts';
import { gitAddress, isArchive } from './git-address.ts';
import { copyPlace } from './copy-plugin.ts';
import { placeOf, relativeUse } from './install-package.ts';
import { findPackageManager, type PackageManager } from './package-manager.ts';
import { type LockedPlugin, readPluginLock } from './plugin-lock.ts';
import { bringsOf, permissionWords } from './plugin-words.ts';

/** What would happen, for the person to look at before anything does. */
export interface PluginProposal extends PluginParts {
  readonly manifest: Manifest;
  /** `kind name` of all that it brings. */
  readonly brings: readonly string[];
  /** The package manager that installs it; undefined for what is no package. */
  readonly packageManager: string | undefined;
  /** Absolute folder that it is copied to, when it is neither a folder nor a package. */
  readonly copiedTo: string | undefined;
  /** There is no package.json: one is made. */
  readonly makesPackage: boolean;
  /** Absolute; made when there is none. */
  readonly configFile: string;
  /** The version that is approved so far. */
  readonly replaces: string | undefined;
  /** What is approved and there is this very one, or a newer one of the same registry. */
  readonly upToDate: boolean;
  /** What it may do and was not allowed before. */
  readonly newPermissions: readonly string[];
}

/** The project that a plugin is added to. All paths absolute. */
export interface Project {
  /** Top of the repository. */
  readonly top: string;
  /** Folder of configuration and lock. */
  readonly folder: string;
  readonly configFile: string;
  /** Undefined for a plugin that is a folder, and where there is no package yet. */
  readonly packages: PackageManager | undefined;
  /** It is there already. */
  readonly isConfigured: boolean;
  /** What the configuration of the project calls it, if it names it. */
  readonly writtenAs: string | undefined;
  /** It shall run in Forge's own process. */
  readonly inProcess: boolean;
  /** The person has let it in there before. */
  readonly wasInProcess: boolean;
}

/** Holds a plugin against what is there. Rejects with all that keeps it from being added. */
export async function lookAtPlugin(
  forge: ForgeOptions,
  fetched: FetchedPlugin,
  request: { readonly spec: string; readonly inProcess?: boolean; readonly signal: AbortSignal },
): Promise<{ readonly project: Project; readonly proposal: PluginProposal }> {
  const { record, form } = fetched;
  const { manifest } = record;
  const { signal } = request;
  const { project: top } = findPlaces(forge.cwd, forge.env);
  const { host, close } = await openHost(forge);
  try {
    const discovered = host.get(tokens.discovered);
    const configuration = host.get(tokens.configuration);
    const { plugins } = discovered;
    const { file } = configuration;
    await refuseUnfit(record, plugins);
    if (request.inProcess === true) refuseWithoutCode(record);
    const folder = file === undefined ? top : dirname(file);
    const configFile = file ?? join(folder, 'forge.config.json');
    const isPackage = form === 'package';
    const packages = !isPackage ? undefined : await findPackageManager({ from: folder, top, env: forge.env, signal });
    const locked = readPluginLock(folder)?.[manifest.name];
    const known = plugins.find((each) => each.manifest.name === manifest.name);
    const inProcess =
      known === undefined ? request.inProcess === true : runsInProcess(known, configuration, discovered);
    const allowed = permissionWords(locked?.permissions, locked?.inProcess);
    return {
      project: {
        top,
        folder,
        configFile,
        packages,
        isConfigured: known !== undefined,
        writtenAs: known === undefined ? undefined : writtenUse(known, configuration, discovered),
        inProcess,
        wasInProcess: locked?.inProcess === true,
      },
      proposal: {
        manifest,
        ...(await partsOf(record)),
        brings: bringsOf(manifest).map(([kind, name]) => `${kind} ${name}`),
        packageManager: isPackage ? (packages?.name ?? 'npm') : undefined,
        copiedTo: form === 'copy' ? copyPlace(folder, manifest) : undefined,
        makesPackage: isPackage && packages === undefined,
        configFile,
        replaces: locked?.version,
        upToDate: await isUpToDate(fetched, { packages, folder }, locked, request.spec),
        newPermissions: permissionWords(manifest.permissions, inProcess).filter((words) => !allowed.includes(words)),
      },
    };
  } finally {
    await close();
  }
}

async function isUpToDate(
  fetched: FetchedPlugin,
  project: Pick<Project, 'packages' | 'folder'>,
  locked: LockedPlugin | undefined,
  spec: string,
): Promise<boolean> {
  const { form, integrity, version } = fetched;
  if (locked === undefined || form === 'folder') return false;
  const place = placeOf(fetched, project);
  // What was tampered with, or is gone, is not the one that was approved.
  if (!existsSync(place) || hashFolder(realPath(place)) !== locked.files) return false;
  if (locked.integrity === integrity) return true;
  if (form !== 'package' || gitAddress(spec) !== undefined || isArchive(spec)) return false;
  const { default: lt } = await import('semver/functions/lt.js');
  return lt(version, locked.version);
}

function refuseWithoutCode({ definition, manifest: { name } }: PluginRecord): void {
  if (definition === undefined) return;
  throw forgeError('USAGE', `"${name}" has no code that could run in Forge's own process`, {
    fix: 'leave --in-process out',
  });
}

/** What the configuration of the project calls a plugin. */
export function writtenUse(
  record: PluginRecord,
  { file, uses }: Pick<Configuration, 'file' | 'uses'>,
  { used }: Pick<Discovered, 'used'>,
): string | undefined {
  const own = uses.find((each) => used.get(each) === record && each.fromRepository)?.use;
  return own?.startsWith('/') === true && file !== undefined ? relativeUse(dirname(file), own) : own;
}

async function refuseUnfit(record: PluginRecord, present: readonly PluginRecord[]): Promise<void> {
  const { name } = record.manifest;
  const taken = present.find(({ manifest, origin }) => manifest.name === name && origin === 'default');
  if (taken !== undefined) {
    throw forgeError('USAGE', `"${name}" comes with Forge`, { fix: 'name it in "plugins" of the configuration' });
  }
  const others = present.filter(({ manifest }) => manifest.name !== name);
  const faults = await checkManifests([...others, record]);
  if (faults.length > 0) throw faults.length === 1 ? faults[0] : new ForgeFaults(faults);
}
