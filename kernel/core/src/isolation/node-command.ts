import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { realPath } from '../state/places.ts';
import { thisNode } from '../world/this-process.ts';
import type { Grants } from './grants.ts';

/** Absolute paths that a plugin's process may reach. */
export interface Reach {
  readonly read: readonly string[];
  readonly write: readonly string[];
}

/** Of its JavaScript heap, in MB. */
const heapMb = 512;

const entry = builtOrSource(new URL('./plugin.worker.ts', import.meta.url));
const guard = builtOrSource(new URL('./guard.worker.ts', import.meta.url));
/** The repository, or what was built of it: both have the kernel at the same place. */
const top = fileURLToPath(new URL('../../../../', import.meta.url));
const ofForge = ['kernel', 'config', 'chunks', 'package.json'];

/** How Node is started for a plugin, confined to what it may reach by Node's permission model. */
export function nodeCommand(
  { read, write }: Reach,
  { exec, hosts }: Grants,
  pulseMs: number,
): { readonly file: string; readonly args: readonly string[] } {
  const { file, limitsNetwork } = thisNode();
  const args = [
    ...(entry.endsWith('.ts') ? ['--conditions=@forge/source'] : []),
    '--permission',
    ...read.map((path) => `--allow-fs-read=${path}`),
    ...write.map((path) => `--allow-fs-write=${path}`),
    ...(exec ? ['--allow-child-process'] : []),
    ...(limitsNetwork && hosts.length > 0 ? ['--allow-net'] : []),
    `--max-old-space-size=${heapMb}`,
    '--no-warnings',
    `--import=${pathToFileURL(guard).href}`,
    entry,
    String(pulseMs),
  ];
  return { file, args };
}

/** Where the program lies that runs a plugin: whoever hides folders from it must not hide this one. */
export function programFolder(): string {
  return dirname(realPath(thisNode().file));
}

/** What any plugin needs to read: Forge's own code, the plugin, and packages beside both and above. */
export function codeFor(pluginFolder: string): readonly string[] {
  // The bundle's own lies beside its folder: it says that these files are modules.
  const own = [...ofForge.map((name) => join(top, name)), join(top, '../package.json')];
  const packages = [dirname(entry), pluginFolder].flatMap(packageFolders);
  return [...new Set([...own, pluginFolder, ...packages])].filter(existsSync).map(realPath);
}

/** `node_modules` of a folder and of all above it. */
function packageFolders(folder: string): string[] {
  const parent = dirname(folder);
  return [join(folder, 'node_modules'), ...(parent === folder ? [] : packageFolders(parent))];
}

function builtOrSource(url: URL): string {
  const source = fileURLToPath(url);
  return existsSync(source) ? source : source.replace(/\.ts$/, '.js');
}
