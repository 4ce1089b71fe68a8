import { rename, rm, stat } from 'node:fs/promises';
import { join, posix, relative, resolve, sep } from 'node:path';
import { forgeError } from '@forge/plugin-api';
import type { ForgeOptions } from '../forge.ts';
import { realPath } from '../state/places.ts';
import { hashFolder } from '../trust/content-hash.ts';
import { copyPlace, copyPlugin } from './copy-plugin.ts';
import type { FetchedPlugin } from './fetch-plugin.ts';
import type { Project } from './look-at-plugin.ts';
import { makePackage } from './package-manager.ts';

export interface PlacedPlugin {
  /** Absolute folder that it is loaded from. */
  readonly place: string;
  /** What the configuration calls it. */
  readonly use: string;
  /** SHA-256 over its files. */
  readonly files: string;
}

export interface InstallRequest {
  readonly spec: string;
  readonly exact: boolean;
  report(step: string): void;
  readonly signal: AbortSignal;
  /** Takes what undoes a step that was done. */
  undo(step: () => Promise<void>): void;
}

/** Puts a plugin where the project can load it. Rejects with INSTALL_FAILED when that is not what was looked at. */
export async function installPackage(
  { cwd, env }: ForgeOptions,
  fetched: FetchedPlugin,
  project: Project,
  { spec, exact, report, signal, undo }: InstallRequest,
): Promise<PlacedPlugin> {
  if (fetched.form === 'folder') {
    const { source: place } = fetched;
    return { place, use: relativeUse(project.folder, place), files: hashFolder(realPath(place)) };
  }
  if (fetched.form === 'copy') return placeCopy(fetched, project, { report, undo });
  const packages = project.packages ?? (await makePackage({ from: project.folder, top: project.top, env, signal }));
  const place = join(packages.folder, 'node_modules', fetched.packageName);
  const files = hashFolder(fetched.record.folder);
  report(`installing it with ${packages.name}, without running scripts`);
  await setAside(place, files, undo);
  if (!project.isConfigured) undo(() => packages.remove(fetched.packageName));
  await packages.add(installSpec(spec, cwd, fetched), { exact });
  if (hashFolder(realPath(place)) !== files) throw notWhatWasShown(fetched, place);
  return { place, use: fetched.packageName, files };
}

async function placeCopy(
  { record, source }: FetchedPlugin,
  { folder }: Project,
  { report, undo }: Pick<InstallRequest, 'report' | 'undo'>,
): Promise<PlacedPlugin> {
  const place = copyPlace(folder, record.manifest);
  const files = hashFolder(source);
  report(`copying it to ${relative(folder, place)}`);
  undo(() => rm(place, { recursive: true, force: true }));
  await setAside(place, files, undo);
  await copyPlugin(source, place);
  return { place, use: relativeUse(folder, place), files };
}

/** A package manager leaves a package alone whose version is the wanted one, even when its files were changed. */
async function setAside(place: string, files: string, undo: InstallRequest['undo']): Promise<void> {
  const found = await stat(place).catch(() => undefined);
  if (found === undefined || hashFolder(realPath(place)) === files) return;
  const aside = `${place}.forge-before`;
  await rm(aside, { recursive: true, force: true });
  await rename(place, aside);
  undo(async () => {
    await rm(place, { recursive: true, force: true });
    await rename(aside, place);
  });
}

/** Removes what was kept for the case that something failed. */
export async function forgetAside(place: string): Promise<void> {
  await rm(`${place}.forge-before`, { recursive: true, force: true });
}

/** What was looked at is what is installed: a name gets the version that was shown. */
function installSpec(spec: string, cwd: string, { packageName, version }: FetchedPlugin): string {
  if (/\.(tgz|tar\.gz)$/.test(spec)) return /^https?:/.test(spec) ? spec : resolve(cwd, spec);
  const isName = spec === packageName || spec.startsWith(`${packageName}@`);
  return isName ? `${packageName}@${version}` : spec;
}

/** As a configuration in that folder writes it. */
export function relativeUse(folder: string, place: string): string {
  const path = relative(folder, place).split(sep).join(posix.sep);
  return /^\.\.?(\/|$)/.test(path) ? path : `./${path}`;
}

function notWhatWasShown({ record }: FetchedPlugin, place: string) {
  return forgeError('INSTALL_FAILED', `What was installed as "${record.manifest.name}" is not what was looked at`, {
    where: place,
    why: 'its files differ from those of the archive',
    fix: 'try again; if it stays so, do not use that registry',
  });
}
