import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, parse as parsePath, relative } from 'node:path';
import { bundle } from '@forge/build';
import { parse } from 'yaml';
import { publishedManifest, type Manifest, type Versions } from './manifest.ts';

const libraries = [
  'kernel/plugin-api',
  'kernel/engine',
  'kernel/worker-protocol',
  'kernel/core',
  'kernel/testkit',
  'apps/sdk',
];
const documents = ['README.md', 'LICENSE', 'CHANGELOG.md'];

/**
 * Makes `forge-<version>.tgz`, the whole command line with its default plugins, one archive for each package that
 * plugin authors or users of the HTTP API have, and one for each plugin below `plugins/published`. Each installs with npm alone. The libraries'
 * `dist` must have been built.
 *
 * @param out the folder for the archives; created when missing
 * @returns the archives' paths
 */
export async function packAll(root: string, out: string): Promise<string[]> {
  mkdirSync(out, { recursive: true });
  const versions = knownVersions(root);
  const staging = mkdtempSync(join(tmpdir(), 'forge-pack-'));
  try {
    const folders = [await stageCommandLine(root, staging, versions)];
    for (const library of libraries) folders.push(stageLibrary(root, library, staging, versions));
    for (const plugin of publishedPlugins(root)) folders.push(stagePlugin(root, plugin, staging, versions));
    return folders.map((folder) => npmPack(folder, out));
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

async function stageCommandLine(root: string, staging: string, versions: Versions): Promise<string> {
  const folder = join(staging, 'forge');
  const { files } = await bundle(root);
  for (const file of files) put(join(folder, 'dist', file.path), file.contents);
  chmodSync(join(folder, 'dist/forge.js'), 0o755);
  stageDocuments(folder, [root]);
  return stageManifest(join(root, 'apps/cli'), folder, versions);
}

function stageLibrary(
  root: string,
  library: string,
  staging: string,
  versions: Versions,
  files = ['dist', 'src'],
): string {
  const source = join(root, library);
  const folder = join(staging, basename(library));
  for (const path of globSync('src/**/*.{ts,json}', { cwd: source })) {
    put(join(folder, path), readFileSync(join(source, path)));
    const { dir, name, ext } = parsePath(relative('src', path));
    const stem = join('dist', dir, name);
    for (const ending of ext === '.ts' ? ['.js', '.js.map', '.d.ts', '.d.ts.map'] : [ext]) {
      if (!existsSync(join(source, stem + ending)))
        throw new Error(`${library}/${stem}${ending} is missing; run: npm run build`);
      put(join(folder, stem + ending), readFileSync(join(source, stem + ending)));
    }
  }
  stageDocuments(folder, [source, root]);
  return stageManifest(source, folder, versions, files);
}

/** As a library, with a manifest that leads to what was built. */
function stagePlugin(root: string, plugin: string, staging: string, versions: Versions): string {
  const manifest = JSON.parse(readFileSync(join(root, plugin, 'plugin.json'), 'utf8')) as { readonly entry: string };
  const entry = manifest.entry.replace(/^\.\/src\/(.*)\.ts$/, './dist/$1.js');
  const folder = stageLibrary(root, plugin, staging, versions, ['dist', 'src', 'plugin.json']);
  put(join(folder, 'plugin.json'), `${JSON.stringify({ ...manifest, entry }, undefined, 2)}\n`);
  return folder;
}

function publishedPlugins(root: string): string[] {
  return globSync('plugins/published/*/plugin.json', { cwd: root }).map(dirname).sort();
}

/** The first folder that has a document lends it, except that a library never gets another package's README. */
function stageDocuments(folder: string, from: readonly string[]): void {
  for (const name of documents) {
    const found = (name === 'LICENSE' ? from : from.slice(0, 1)).map((place) => join(place, name)).find(existsSync);
    if (found !== undefined) cpSync(found, join(folder, name));
  }
}

function stageManifest(source: string, folder: string, versions: Versions, files = ['dist', 'src']): string {
  const manifest = publishedManifest(readManifest(source), versions);
  put(join(folder, 'package.json'), `${JSON.stringify({ ...manifest, files }, undefined, 2)}\n`);
  return folder;
}

function knownVersions(root: string): Versions {
  const workspaceFile = parse(readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8')) as Pick<Versions, 'catalog'>;
  const manifests = libraries.map((library) => readManifest(join(root, library)));
  return {
    catalog: workspaceFile.catalog,
    workspace: Object.fromEntries(manifests.map(({ name, version }) => [name, version])),
  };
}

function npmPack(folder: string, out: string): string {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', out];
  const { status, stdout, stderr } = spawnSync('npm', args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm pack failed in ${folder}\n${stderr}`);
  const [packed] = JSON.parse(stdout) as [{ filename: string }];
  return join(out, packed.filename);
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

function put(path: string, contents: Uint8Array | string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, contents);
}
