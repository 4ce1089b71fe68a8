import { dirname } from 'node:path';
import { type ForgeError, forgeError, type Permissions } from '@forge/plugin-api';
import { gitAddress } from '../installation/git-address.ts';
import { type LockedPlugin, lockFileName, readPluginLock } from '../installation/plugin-lock.ts';
import type { PluginRecord } from '../manifests/plugin-record.ts';
import { realPath } from '../state/places.ts';
import { hashFolder } from '../trust/content-hash.ts';

export interface LockContext {
  /** The lock lies beside it. */
  readonly configFile: string | undefined;
  readonly project: string;
  /** The configuration lets it into Forge's own process. */
  readonly inProcess: boolean;
}

/**
 * A plugin that somebody added runs as it was approved, and not otherwise: PLUGIN_CHANGED when its files or its wishes
 * are others, or when it is to run in Forge's own process and that was not approved. Plugins that the lock does not name
 * are left to trust.
 */
export function lockFault(
  record: PluginRecord,
  { configFile, project, inProcess }: LockContext,
): ForgeError | undefined {
  if (record.origin !== 'configuration') return undefined;
  const folder = configFile === undefined ? project : dirname(configFile);
  const locked = readPluginLock(folder)?.[record.manifest.name];
  if (locked === undefined) return undefined;
  const changes = [
    ...changesSince(locked, record),
    ...(inProcess && locked.inProcess !== true ? ["it is to run in Forge's own process, with all your rights"] : []),
  ];
  if (changes.length === 0) return undefined;
  const { name, version } = record.manifest;
  return forgeError('PLUGIN_CHANGED', `The plugin "${name}" is not the one that was approved`, {
    where: record.folder,
    why: `${changes.join('; ')} (approved: ${locked.version}, found: ${version}, by ${lockFileName})`,
    fix: approval(record, locked),
    plugin: name,
  });
}

/** What a person types to approve it as it is now, or to have the approved one again. */
export function approval(
  { manifest: { name, version }, source }: PluginRecord,
  { integrity, version: approved, copied, archive, source: from }: LockedPlugin,
): string {
  // What is no package is used where it lies.
  if (integrity === undefined || copied === true)
    return `look at it and approve it: forge plugin add ./${dirname(source.file)}`.replace('.//', '/');
  if (from !== undefined && gitAddress(from) !== undefined)
    return `look at it and approve it: forge plugin add ${from}`;
  if (archive === true) return 'look at it and approve it: forge plugin add <the archive>';
  if (version === approved) return `have it again as it was published: forge plugin add ${from ?? name}@${version}`;
  return [
    `look at it and approve it: forge plugin add ${from ?? name}@${version}`,
    `or go back to what is approved: forge plugin add ${from ?? name}@${approved}`,
  ].join('; ');
}

/** In what a plugin is another than the one that was approved, in words. */
export function changesSince(locked: LockedPlugin, record: PluginRecord): readonly string[] {
  return [...changedWishes(record, locked), ...changedFiles(record, locked)];
}

function changedFiles(record: PluginRecord, { files }: LockedPlugin): string[] {
  return hashFolder(realPath(record.folder)) === files ? [] : ['its files differ'];
}

function changedWishes({ manifest }: PluginRecord, { permissions }: LockedPlugin): string[] {
  const names = Object.keys(manifest.permissions) as (keyof Permissions)[];
  return names
    .filter((name) => JSON.stringify(manifest.permissions[name]) !== JSON.stringify(permissions[name]))
    .map((name) => `it asks for other permissions (${name})`);
}
