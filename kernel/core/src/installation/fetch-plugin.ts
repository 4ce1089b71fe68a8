import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Deprecation, ForgeFaults, forgeError, isForgeError } from '@forge/plugin-api';
import { readManifest } from '../manifests/read-manifest.ts';
import type { PluginRecord } from '../manifests/plugin-record.ts';
import { npmPack } from './npm-pack.ts';
import { fetchUnpackaged } from './unpackaged-plugin.ts';

/** A plugin that was fetched to be looked at: nothing of it has run. */
export interface FetchedPlugin {
  readonly record: PluginRecord;
  /** Of its package.json; the manifest's name where it has none. */
  readonly packageName: string;
  /** Of its package.json, by which a registry knows it; else the manifest's. */
  readonly version: string;
  /** Of its archive, as npm writes it, or of its commit. Undefined for a folder, which is used where it lies. */
  readonly integrity?: string | undefined;
  /** Absolute path of the archive, or of the folder. */
  readonly source: string;
  /** A folder is used where it lies, a package is installed, and what is neither is copied into the project. */
  readonly form: 'folder' | 'package' | 'copy';
  remove(): Promise<void>;
}

export interface FetchRequest {
  /** What npm takes: a name with or without a version, an archive, a git address; or a folder. */
  readonly spec: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Default: those of the plugin API. */
  readonly deprecations?: readonly Deprecation[] | undefined;
  readonly signal: AbortSignal;
}

/** Reads the manifest of a plugin wherever it lies. No script of it runs, nothing is installed. */
export async function fetchPlugin(request: FetchRequest): Promise<FetchedPlugin> {
  const folder = resolve(request.cwd, request.spec);
  if (!/^(\.{1,2}$|\.{0,2}\/)/.test(request.spec)) return fetchElsewhere(request);
  const found = await stat(folder).catch(() => undefined);
  if (found === undefined) throw nothingThere(request.spec, folder);
  if (!found.isDirectory()) return fetchElsewhere(request);
  const record = await recordIn(folder, request.spec, request.deprecations);
  return {
    record,
    ...(await packageIn(folder, record)),
    source: folder,
    form: 'folder',
    remove: async () => {},
  };
}

async function fetchElsewhere(request: FetchRequest): Promise<FetchedPlugin> {
  const place = await mkdtemp(join(tmpdir(), 'forge-plugin-'));
  const remove = () => rm(place, { recursive: true, force: true });
  try {
    return { ...(await fetchPackage(request, place).catch((error: unknown) => copyOf(request, place, error))), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** npm refuses what has no package.json. What it refuses for another reason stays refused. */
async function copyOf(request: FetchRequest, place: string, refused: unknown): Promise<Omit<FetchedPlugin, 'remove'>> {
  if (!isForgeError(refused, 'INSTALL_FAILED')) throw refused;
  const bare = join(place, 'bare');
  await mkdir(bare);
  const found = await fetchUnpackaged(request, bare).catch(() => undefined);
  if (found === undefined) throw refused;
  const { folder, integrity } = found;
  const record = await recordIn(folder, request.spec, request.deprecations);
  const { name, version } = record.manifest;
  return { record, packageName: name, version, integrity, source: folder, form: 'copy' };
}

async function fetchPackage(request: FetchRequest, place: string): Promise<Omit<FetchedPlugin, 'remove'>> {
  const source = await npmPack(request, place);
  const folder = join(place, 'package');
  await mkdir(folder);
  const { extract } = await import('tar');
  await extract({ file: source, cwd: folder, strip: 1, strict: true });
  const record = await recordIn(folder, request.spec, request.deprecations);
  return {
    record,
    ...(await packageIn(folder, record)),
    integrity: `sha512-${createHash('sha512')
      .update(await readFile(source))
      .digest('base64')}`,
    source,
    form: 'package',
  };
}

function nothingThere(spec: string, where: string) {
  return forgeError('PLUGIN_NOT_FOUND', `There is nothing at ${spec}`, { where, fix: 'check the path' });
}

/** The plugin of a folder. Rejects with PLUGIN_NOT_FOUND when it is none. */
export async function recordIn(
  folder: string,
  spec: string,
  deprecations?: readonly Deprecation[],
): Promise<PluginRecord> {
  const read = readManifest(folder, 'configuration', (file) => file, deprecations);
  if (read === undefined) {
    throw forgeError('PLUGIN_NOT_FOUND', `${spec} is no plugin: it has no plugin.json`, {
      where: folder,
      fix: 'check the name; a plugin has its manifest beside its package.json',
    });
  }
  if (read.faults !== undefined) throw new ForgeFaults(await read.faults);
  return read.record;
}

async function packageIn(
  folder: string,
  { manifest }: PluginRecord,
): Promise<Pick<FetchedPlugin, 'packageName' | 'version'>> {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => '{}');
  const { name, version } = JSON.parse(text) as { readonly name?: unknown; readonly version?: unknown };
  return {
    packageName: typeof name === 'string' ? name : manifest.name,
    version: typeof version === 'string' ? version : manifest.version,
  };
}
