import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
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

/** What `forge plugin create` writes, at the place in the bundle that mirrors the repository. Links become files. */
export function templateAssets(root: string): BundleFile[] {
  const folder = 'tools/plugin-templates';
  const visit = (path: string): BundleFile[] => {
    if (!statSync(join(root, path)).isDirectory()) return [{ path, contents: readFileSync(join(root, path)) }];
    const inside = readdirSync(join(root, path)).filter((name) => name !== 'node_modules');
    return inside.flatMap((name) => visit(`${path}/${name}`));
  };
  if (!existsSync(join(root, folder))) return [];
  return visit(folder).filter(({ path }) => path !== `${folder}/package.json`);
}

/** What the server's pages consist of, from the package that brings it, at the place where the server looks for it. */
export function referenceAssets(root: string): BundleFile[] {
  if (!existsSync(join(root, 'apps/server/package.json'))) return [];
  const from = join(root, 'apps/server/node_modules/swagger-ui-dist');
  return ['swagger-ui.css', 'swagger-ui-bundle.js', 'LICENSE'].map((name) => ({
    path: `apps/server/reference/${name}`,
    contents: readFileSync(join(from, name)),
  }));
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
