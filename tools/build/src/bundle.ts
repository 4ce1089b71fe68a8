import { globSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, posix, relative, resolve } from 'node:path';
import { build, type BuildResult, type Metafile, transform } from 'esbuild';
import { assetsIn, pluginAssets, referenceAssets, templateAssets, type BundleFile } from './assets.ts';
import { finishOutput } from './finish-output.ts';
import { moduleUrls } from './module-urls.ts';
import { withNamedExports } from './named-exports.ts';
import { umdModules } from './umd-modules.ts';
import { commandLineDependencies, forward, pluginFolders, workerFiles } from './repository.ts';

export interface Bundle {
  readonly files: BundleFile[];
  /** Paths in the repository whose change makes the bundle stale: files, and folders for what is added or removed. */
  readonly inputs: string[];
}

/**
 * The command line with every default plugin, as files in memory. All entries are bundled at once with shared chunks:
 * that is what keeps `@forge/plugin-api`, and zod through it, a single instance in the process.
 *
 * - `forge.js` starts everything; it runs on old Nodes far enough to say what is wrong.
 * - `main.js` is apps/cli, `program.js` the same for whoever brings a world of their own, such as tests;
 *   `plugins/<kind>/<name>/index.js` a default plugin, with its `plugin.json` and assets.
 * - `**\/*.worker.js` are the entries of threads and child processes.
 *
 * @throws when a module cannot be bundled, or when one imports a package that apps/cli does not depend on
 */
export async function bundle(root: string): Promise<Bundle> {
  const plugins = pluginFolders(root);
  const result = await build({
    absWorkingDir: root,
    entryPoints: entryPoints(root, plugins),
    outdir: resolve(root, 'apps/cli/dist'),
    write: false,
    metafile: true,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24.15',
    conditions: ['@forge/source'],
    external: Object.keys(unbundled),
    // ws works without the native packages that it would otherwise look for.
    define: { 'process.env.WS_NO_BUFFER_UTIL': '"1"', 'process.env.WS_NO_UTF_8_VALIDATE': '"1"' },
    plugins: [moduleUrls(root), umdModules],
    chunkNames: 'chunks/[hash]',
    legalComments: 'none',
    logLevel: 'silent',
  });
  refuseUndeclared(result.metafile, commandLineDependencies(root));
  const assets = [
    ...assetsIn(root, 'apps/cli'),
    ...templateAssets(root),
    ...plugins.flatMap((plugin) => pluginAssets(root, plugin)),
  ];
  const files = [
    { path: 'forge.js', contents: readFileSync(new URL('./launcher.js', import.meta.url), 'utf8') },
    ...bootstrapForOldNodes(root),
    ...(await outputs(root, result)),
    ...assets,
    ...referenceAssets(root),
  ];
  return { files, inputs: inputs(root, Object.keys(result.metafile.inputs), assets) };
}

/** Packages that stay beside the bundle, each with the reason. The command line's package must depend on them. */
export const unbundled: Readonly<Record<string, string>> = {
  libsql: 'loads a native library by platform',
  jiti: 'finds its own files at run time',
};

function entryPoints(root: string, plugins: ReturnType<typeof pluginFolders>) {
  const entry = (out: string, path: string) => ({ out, in: resolve(root, path) });
  return [
    entry('main', 'apps/cli/src/main.ts'),
    entry('program', 'apps/cli/src/program.ts'),
    ...plugins.map(({ folder, manifest }) => entry(`${folder}/index`, `${folder}/${manifest.entry}`)),
    ...workerFiles(root).map((path) => entry(path.replace(/\.ts$/, ''), path)),
  ];
}

function bootstrapForOldNodes(root: string): BundleFile[] {
  const names = ['fault', 'lock', 'pinned-node', 'platform', 'run', 'state-folder', 'toolchain'].map(
    (name) => `${name}.mjs`,
  );
  return [...names, 'toolchain.json'].map((name) => {
    return { path: `bootstrap/${name}`, contents: readFileSync(join(root, 'tools/bootstrap', name)) };
  });
}

function inputs(root: string, modules: readonly string[], assets: readonly BundleFile[]): string[] {
  const sources = modules.filter((path) => !path.includes('node_modules/') && !path.includes(':'));
  const folders = globSync(['plugins', 'plugins/*', 'plugins/*/*'], { cwd: root }).map(forward);
  const tools = globSync(['tools/build/src/*', 'tools/bootstrap/*.{mjs,json}'], { cwd: root }).map(forward);
  const files = [...sources, ...assets.map(({ path }) => path), ...tools, 'apps/cli/package.json', 'pnpm-lock.yaml'];
  return [...new Set([...files, ...files.map((path) => posix.dirname(path)).filter(isAssetFolder), ...folders])].sort();

  function isAssetFolder(folder: string): boolean {
    return assets.some(({ path }) => posix.dirname(path) === folder);
  }
}

function outputs(root: string, result: BuildResult<{ write: false; metafile: true }>): Promise<BundleFile[]> {
  const dist = resolve(root, 'apps/cli/dist');
  const inBundle = (path: string) => forward(relative(dist, resolve(root, path)));
  const withoutEffect = Object.entries(result.metafile.outputs)
    .filter(([, output]) => Object.keys(output.inputs).length === 0)
    .map(([path]) => inBundle(path));
  const finished = result.outputFiles.map(async (file) => {
    const path = inBundle(file.path);
    const module = result.metafile.outputs[forward(relative(root, file.path))]?.entryPoint;
    const text = await withNamedExports(file.text, module === undefined ? undefined : join(root, module));
    return { path, contents: await withoutWhitespace(finishOutput(text, path, withoutEffect)) };
  });
  return Promise.all(finished);
}

/** V8 keeps the text of all that it has loaded. Lines stay short enough to say where an error was. */
async function withoutWhitespace(text: string): Promise<string> {
  const { code } = await transform(text, { minifyWhitespace: true, lineLimit: 120, legalComments: 'none' });
  return code;
}

function refuseUndeclared(metafile: Metafile, dependencies: Readonly<Record<string, string>>): void {
  const undeclared = Object.entries(metafile.outputs).flatMap(([output, { imports }]) =>
    imports
      .filter(({ path, external }) => external === true && !isBuiltin(path))
      .filter(({ path }) => !Object.keys(dependencies).some((name) => path === name || path.startsWith(`${name}/`)))
      .map(({ path }) => `${output} imports ${path}`),
  );
  if (undeclared.length === 0) return;
  throw new Error(`not in the bundle and not a dependency of apps/cli:\n${undeclared.join('\n')}`);
}
