import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));

export interface Package {
  /** From the top, such as `plugins/tool/fs`. */
  readonly folder: string;
  readonly json: PackageJson;
}

interface PackageJson {
  readonly name: string;
  readonly description?: string;
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
}

/** Folders with a package.json, below the given folders. */
export function packages(...parents: readonly string[]): readonly Package[] {
  return parents.flatMap((parent) =>
    readdirSync(join(root, parent), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && existsSync(join(root, parent, entry.name, 'package.json')))
      .map((entry) => {
        const folder = join(parent, entry.name);
        return { folder, json: readJson(join(folder, 'package.json')) as PackageJson };
      }),
  );
}

/** `plugins/<kind>/<name>`: the default plugins. */
export function plugins(): readonly Package[] {
  return withManifest(...defaultPluginFolders());
}

/** `plugins/published/<name>`: plugins that are installed by who wants them. */
export function publishedPlugins(): readonly Package[] {
  return withManifest(join('plugins', published));
}

/** Folders whose folders are default plugins, from the top. */
export function defaultPluginFolders(): readonly string[] {
  return readdirSync(join(root, 'plugins'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== published)
    .map(({ name }) => join('plugins', name));
}

const published = 'published';

function withManifest(...parents: readonly string[]): readonly Package[] {
  return packages(...parents).filter(({ folder }) => existsSync(join(root, folder, 'plugin.json')));
}

export function readJson(path: string): unknown {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}

/** Source files that people wrote, from the top. */
export function sources(...parents: readonly string[]): readonly string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '--', ...parents], {
    cwd: root,
    encoding: 'utf8',
  });
  return listed
    .split('\n')
    .filter((path) => /\.(ts|mjs|js)$/.test(path) && existsSync(join(root, path)))
    .filter((path) => !/(^|\/)(generated|fixtures|demo)\//.test(path));
}
