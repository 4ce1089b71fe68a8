import { existsSync } from 'node:fs';
import { cp, lstat, readFile, rm } from 'node:fs/promises';
import { dirname, join, posix, relative, resolve, sep } from 'node:path';
import { forgeError, z } from '@forge/plugin-api';
import type { ForgeOptions } from '../forge.ts';
import { realPath } from '../state/places.ts';
import { hashFolder } from '../trust/content-hash.ts';
import { copyPlace, copyPlugin } from './copy-plugin.ts';
import type { FetchedPlugin } from './fetch-plugin.ts';
import { gitAddress, isArchive } from './git-address.ts';
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
  const files = hashFolder(fetched.record.folder);
  if (packages.buildsFromGit && gitAddress(spec) !== undefined) await refuseBuild(fetched, packages.name);
  report(`installing it with ${packages.name}, without running scripts`);
  await setAside(packages.placeOf(fetched.packageName), { files, aside: asideOf(fetched) }, undo);
  // Also for who has had enough of it, which ends all else.
  if (!project.isConfigured) undo(() => packages.remove(fetched.packageName, new AbortController().signal));
  await packages.add(installSpec(spec, fetched, { cwd, folder: packages.folder }), { exact });
  const place = packages.placeOf(fetched.packageName);
  if (!existsSync(place)) throw isNowhere(place, packages.name);
  if (hashFolder(realPath(place)) !== files) throw notWhatWasShown(fetched, place);
  return { place, use: fetched.packageName, files };
}

async function placeCopy(
  fetched: FetchedPlugin,
  project: Project,
  { report, undo }: Pick<InstallRequest, 'report' | 'undo'>,
): Promise<PlacedPlugin> {
  const { source } = fetched;
  const place = placeOf(fetched, project);
  const files = hashFolder(source);
  report(`copying it to ${relative(project.folder, place)}`);
  if (!existsSync(place)) undo(() => rm(place, { recursive: true, force: true }));
  await setAside(place, { files, aside: asideOf(fetched) }, undo);
  await copyPlugin(source, place);
  return { place, use: relativeUse(project.folder, place), files };
}

/** Absolute folder in which a plugin of the project lies, or will. */
export function placeOf(fetched: FetchedPlugin, { packages, folder }: Pick<Project, 'packages' | 'folder'>): string {
  const { form, source, packageName, record } = fetched;
  if (form === 'folder') return source;
  if (form === 'copy') return copyPlace(folder, record.manifest);
  return packages?.placeOf(packageName) ?? join(folder, 'node_modules', packageName);
}

/**
 * A package manager leaves a package alone whose version is the wanted one, even when its files were changed. What was
 * there is kept where no package manager clears up, and comes back when a later step fails.
 */
async function setAside(place: string, { files, aside }: Aside, undo: InstallRequest['undo']): Promise<void> {
  const found = await lstat(place).catch(() => undefined);
  if (found === undefined || hashFolder(realPath(place)) === files) return;
  // A link leads into the store of the package manager, which stays.
  await cp(place, aside, { recursive: true, verbatimSymlinks: true });
  await rm(place, { recursive: true, force: true });
  undo(async () => {
    await rm(place, { recursive: true, force: true });
    await cp(aside, place, { recursive: true, verbatimSymlinks: true });
  });
}

/** In the folder that goes when all is done. */
const asideOf = ({ source }: FetchedPlugin): string => join(dirname(source), 'before');

interface Aside {
  /** Hash of what is to be there: when it is, nothing has to be done. */
  readonly files: string;
  /** Where to keep what is there. */
  readonly aside: string;
}

/** What was looked at is what is installed: a name gets the version that was shown. */
function installSpec(
  spec: string,
  { packageName, version }: FetchedPlugin,
  { cwd, folder }: { readonly cwd: string; readonly folder: string },
): string {
  // Some write a path into package.json as it was given, and others have the project elsewhere.
  if (isArchive(spec)) return /^(https?|file):/.test(spec) ? spec : relativeUse(folder, resolve(cwd, spec));
  const isName = spec === packageName || spec.startsWith(`${packageName}@`);
  return isName ? `${packageName}@${version}` : spec;
}

/** What a package manager runs before it packs what it has cloned. */
const buildScripts = ['preinstall', 'install', 'postinstall', 'prepare', 'prepack', 'postpack', 'prepublish'];

async function refuseBuild({ record }: FetchedPlugin, manager: string): Promise<void> {
  const { scripts = {} } = z
    .object({ scripts: z.record(z.string(), z.unknown()).optional() })
    .parse(JSON.parse(await readFile(join(record.folder, 'package.json'), 'utf8')));
  const found = buildScripts.filter((name) => scripts[name] !== undefined);
  if (found.length === 0) return;
  throw forgeError('INSTALL_FAILED', `${manager} would run scripts of "${record.manifest.name}"`, {
    why: `it builds what comes from git, with the scripts ${found.join(', ')} of its package.json`,
    fix: 'add it as an archive (npm pack --ignore-scripts <git address>) or from a registry',
  });
}

/** As a configuration in that folder writes it. */
export function relativeUse(folder: string, place: string): string {
  const path = relative(folder, place).split(sep).join(posix.sep);
  return /^\.\.?(\/|$)/.test(path) ? path : `./${path}`;
}

function isNowhere(where: string, manager: string) {
  return forgeError('INSTALL_FAILED', `${manager} has put the plugin somewhere else than into node_modules`, {
    where,
    fix: 'have it use node_modules: "nodeLinker: node-modules" in .yarnrc.yml, "node-linker=isolated" in .npmrc',
  });
}

function notWhatWasShown({ record }: FetchedPlugin, place: string) {
  return forgeError('INSTALL_FAILED', `What was installed as "${record.manifest.name}" is not what was looked at`, {
    where: place,
    why: 'its files differ from those of the archive',
    fix: 'try again; if it stays so, do not use that registry',
  });
}
