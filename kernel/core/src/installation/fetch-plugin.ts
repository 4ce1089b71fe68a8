import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ForgeFaults, forgeError } from '@forge/plugin-api';
import { readManifest } from '../manifests/read-manifest.ts';
import type { PluginRecord } from '../manifests/plugin-record.ts';
import { runProgram } from './run-program.ts';

/** A plugin that was fetched to be looked at: nothing of it has run. */
export interface FetchedPlugin {
  readonly record: PluginRecord;
  /** Of its package.json; the manifest's name where it has none. */
  readonly packageName: string;
  /** Of its archive, as npm writes it. Undefined for a folder, which is used where it lies. */
  readonly integrity?: string | undefined;
  /** Absolute path of the archive, or of the folder. */
  readonly source: string;
  readonly isFolder: boolean;
  remove(): Promise<void>;
}

export interface FetchRequest {
  /** What npm takes: a name with or without a version, an archive, a git address; or a folder. */
  readonly spec: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** Reads the manifest of a plugin wherever it lies. No script of it runs, nothing is installed. */
export async function fetchPlugin(request: FetchRequest): Promise<FetchedPlugin> {
  const folder = resolve(request.cwd, request.spec);
  const isFolder = await stat(folder).then(
    (found) => found.isDirectory() && /^\.{0,2}\//.test(request.spec),
    () => false,
  );
  if (!isFolder) return fetchArchive(request);
  const record = await recordIn(folder, request.spec);
  return {
    record,
    packageName: (await packageNameIn(folder)) ?? record.manifest.name,
    source: folder,
    isFolder: true,
    remove: async () => {},
  };
}

async function fetchArchive({ spec, cwd, env, signal }: FetchRequest): Promise<FetchedPlugin> {
  const place = await mkdtemp(join(tmpdir(), 'forge-plugin-'));
  const remove = () => rm(place, { recursive: true, force: true });
  try {
    const args = ['pack', spec, '--ignore-scripts', '--silent', '--pack-destination', place];
    await runProgram({ file: 'npm', args, cwd, env, signal });
    const [archive] = (await readdir(place)).filter((name) => name.endsWith('.tgz'));
    if (archive === undefined) throw forgeError('INSTALL_FAILED', `npm made no archive of ${spec}`, { where: cwd });
    const source = join(place, archive);
    const folder = join(place, 'package');
    await mkdir(folder);
    const { extract } = await import('tar');
    await extract({ file: source, cwd: folder, strip: 1, strict: true });
    const record = await recordIn(folder, spec);
    return {
      record,
      packageName: (await packageNameIn(folder)) ?? record.manifest.name,
      integrity: `sha512-${createHash('sha512')
        .update(await readFile(source))
        .digest('base64')}`,
      source,
      isFolder: false,
      remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** The plugin of a folder. Rejects with PLUGIN_NOT_FOUND when it is none. */
export async function recordIn(folder: string, spec: string): Promise<PluginRecord> {
  const read = readManifest(folder, 'configuration', (file) => file);
  if (read === undefined) {
    throw forgeError('PLUGIN_NOT_FOUND', `${spec} is no plugin: it has no plugin.json`, {
      where: folder,
      fix: 'check the name; a plugin has its manifest beside its package.json',
    });
  }
  if (read.faults !== undefined) throw new ForgeFaults(await read.faults);
  return read.record;
}

async function packageNameIn(folder: string): Promise<string | undefined> {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const { name } = JSON.parse(text) as { readonly name?: unknown };
  return typeof name === 'string' ? name : undefined;
}
