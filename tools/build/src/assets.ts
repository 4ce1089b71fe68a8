import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { forward, type PluginFolder } from './repository.ts';

const notAssets = new Set([
  'src',
  'test',
  'dist',
  'node_modules',
  'package.json',
  'plugin.json',
  'turbo.json',
  'README.md',
]);

/** A file of the bundle: its path in it, and what it holds. */
export interface BundleFile {
  readonly path: string;
  readonly contents: Uint8Array | string;
}

/** A plugin's manifest as it stands in the bundle, and every file beside its code, such as prompts. */
export function pluginAssets(root: string, { folder, manifest }: PluginFolder): BundleFile[] {
  const bundled = { ...manifest, entry: './index.js' };
  return [
    { path: `${folder}/plugin.json`, contents: `${JSON.stringify(bundled, undefined, 2)}\n` },
    ...assetsIn(root, folder),
  ];
}

/** The assets of any package, at the place in the bundle that mirrors the repository. */
export function assetsIn(root: string, folder: string): BundleFile[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter(
      (entry) => !notAssets.has(entry.name) && !/^tsconfig.*\.json$/.test(entry.name) && !entry.name.startsWith('.'),
    )
    .flatMap((entry) => filesBelow(root, `${folder}/${entry.name}`, entry.isDirectory()));
}

function filesBelow(root: string, path: string, isFolder: boolean): BundleFile[] {
  if (!isFolder) return [{ path, contents: readFileSync(join(root, path)) }];
  return readdirSync(join(root, path), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const inside = forward(join(entry.parentPath, entry.name)).slice(forward(join(root, '/')).length);
      return { path: inside, contents: readFileSync(join(root, inside)) };
    });
}
