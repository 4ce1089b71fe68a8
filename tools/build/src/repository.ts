import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout this tool is part of. */
export const repositoryRoot = fileURLToPath(new URL('../../../', import.meta.url));

/** A default plugin: a folder `plugins/<kind>/<name>` that has a manifest. Paths are relative to the root, with `/`. */
export interface PluginFolder {
  readonly folder: string;
  readonly manifest: { readonly name: string; readonly entry: string } & Readonly<Record<string, unknown>>;
}

/** The default plugins, by folder name. Those below `plugins/published` are installed by who wants them. */
export function pluginFolders(root: string): PluginFolder[] {
  return globSync('plugins/*/*/plugin.json', { cwd: root })
    .map(forward)
    .filter((path) => !path.startsWith('plugins/published/'))
    .sort()
    .map((path) => ({ folder: dirname(path), manifest: readJson(join(root, path)) as PluginFolder['manifest'] }));
}

/** Files that run in a thread or process of their own; each becomes a bundle entry. */
export function workerFiles(root: string): string[] {
  return globSync(['kernel/*/src/**/*.worker.ts', 'plugins/*/*/src/**/*.worker.ts', 'apps/*/src/**/*.worker.ts'], {
    cwd: root,
  })
    .map(forward)
    .filter((path) => !path.startsWith('kernel/testkit/'))
    .sort();
}

/** What the command line's package takes from npm when it is installed. */
export function commandLineDependencies(root: string): Readonly<Record<string, string>> {
  const { dependencies = {} } = readJson(join(root, 'apps/cli/package.json')) as {
    dependencies?: Record<string, string>;
  };
  return dependencies;
}

export function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** Paths in the bundle's tables have forward slashes on every platform. */
export function forward(path: string): string {
  return path.replaceAll('\\', '/');
}
