import { readdirSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import {
  type Deprecation,
  type ForgeError,
  forgeError,
  type ManifestInput,
  type PluginDefinition,
} from '@forge/plugin-api';
import { dataSource } from '../faults/data-source.ts';
import { closest } from '../faults/did-you-mean.ts';
import { placed } from '../faults/schema-faults.ts';
import { realPath } from '../state/places.ts';
import type { PluginOrigin, PluginRecord, PluginUse } from './plugin-record.ts';
import { parseManifest, readManifest } from './read-manifest.ts';

/** A plugin that an app or a test brings along as an object. */
export interface InlinePlugin {
  readonly manifest: ManifestInput;
  readonly definition: PluginDefinition;
  /** Absolute; where its assets lie. Default: it has none. */
  readonly folder?: string;
}

export interface InstalledOptions {
  /** Folders of default plugins: `<folder>/<name>/plugin.json` or `<folder>/<kind>/<name>/plugin.json`. */
  readonly pluginFolders: readonly string[];
  /** `.forge/plugins` of the repository: every folder in it is a plugin. It need not exist. */
  readonly projectFolder: string;
  readonly inline: readonly InlinePlugin[];
  /** Default: those of the plugin API. */
  readonly deprecations?: readonly Deprecation[] | undefined;
  /** A file's path as the person knows it. */
  readonly show: (file: string) => string;
}

export interface Discovered {
  readonly plugins: readonly PluginRecord[];
  /** Switched off by the configuration: nothing of them is there. */
  readonly disabled: readonly PluginRecord[];
  /** Which plugin each word of the configuration means. */
  readonly used: ReadonlyMap<PluginUse, PluginRecord>;
  readonly faults: readonly ForgeError[];
  /** Those of the default plugins among them. */
  readonly faultsOfDefaults: readonly ForgeError[];
}

/** What is there whatever the configuration says. */
export interface Installed {
  readonly plugins: readonly PluginRecord[];
  /** Adds the plugins that the configuration asks for. Faults are gathered, not thrown. */
  find(uses: readonly PluginUse[]): Promise<Discovered>;
}

/** Finds plugins and reads their manifests. No code of any plugin runs. */
export function readInstalled(options: InstalledOptions): Installed {
  const search = new Search(options);
  for (const folder of options.pluginFolders) search.readDefaults(folder);
  for (const inline of options.inline) search.addInline(inline);
  const ofDefaults = search.faults.length;
  for (const name of foldersIn(options.projectFolder)) search.readProject(join(options.projectFolder, name));
  return {
    plugins: search.plugins,
    find: async (uses) => {
      const found = uses.map((use) => [use, search.find(use)] as const);
      const used = new Map(found.filter((pair): pair is [PluginUse, PluginRecord] => pair[1] !== undefined));
      const disabled = disabledBy(uses, used);
      const faults = await Promise.all(search.faults);
      return {
        plugins: search.plugins.filter((record) => !disabled.includes(record)),
        disabled,
        used,
        faults: faults.flat(),
        faultsOfDefaults: faults.slice(0, ofDefaults).flat(),
      };
    },
  };
}

/** The last word about a plugin counts. */
function disabledBy(uses: readonly PluginUse[], used: ReadonlyMap<PluginUse, PluginRecord>): PluginRecord[] {
  const enabled = new Map<PluginRecord, boolean>();
  for (const use of uses) {
    const record = used.get(use);
    if (record !== undefined) enabled.set(record, use.enabled);
  }
  return [...enabled].flatMap(([record, isEnabled]) => (isEnabled ? [] : [record]));
}

/** Beside the default plugins: what is published and installed by who wants it. */
const published = 'published';

class Search {
  readonly plugins: PluginRecord[] = [];
  readonly faults: Promise<ForgeError[]>[] = [];
  /** Real paths of folders that were read: one plugin may be reached in several ways. */
  readonly #read = new Map<string, PluginRecord | undefined>();
  readonly #options: InstalledOptions;

  constructor(options: InstalledOptions) {
    this.#options = options;
  }

  readDefaults(folder: string): void {
    for (const outer of foldersIn(folder)) {
      if (outer === published) continue;
      const path = join(folder, outer);
      if (this.#readFolder(path, 'default') !== 'none') continue;
      for (const inner of foldersIn(path)) this.#readFolder(join(path, inner), 'default');
    }
  }

  readProject(folder: string): void {
    if (this.#readFolder(folder, 'project') !== 'none') return;
    const message = 'A folder of plugins holds one without a manifest';
    const fix = 'Add a plugin.json, or move the folder elsewhere.';
    this.faults.push(
      Promise.resolve([forgeError('MANIFEST_INVALID', message, { where: this.#options.show(folder), fix })]),
    );
  }

  addInline({ manifest, definition, folder = '' }: InlinePlugin): void {
    const source = dataSource(`${manifest.name}/plugin.json`, JSON.stringify(manifest, undefined, 2));
    const parsed = parseManifest(manifest, source);
    if (parsed instanceof Promise) this.faults.push(parsed);
    else this.plugins.push({ manifest: parsed, folder, source, origin: 'default', definition });
  }

  find(use: PluginUse): PluginRecord | undefined {
    const known = this.plugins.find(({ manifest }) => manifest.name === use.use);
    if (known !== undefined) return known;
    const folders = isAbsolute(use.use) ? [use.use] : packageFolders(use.use, use.base);
    for (const folder of folders) {
      const found = this.#readFolder(folder, 'configuration');
      if (found !== 'none') return found;
    }
    this.faults.push(this.#notFound(use, folders));
    return undefined;
  }

  /** The record of a folder; undefined when its manifest has faults; `none` when it has no manifest. */
  #readFolder(folder: string, origin: PluginOrigin): PluginRecord | 'none' | undefined {
    // Default plugins are where the app says: asking for their real paths would cost a call for each.
    const real = origin === 'default' ? folder : realPath(folder);
    if (this.#read.has(real)) return this.#read.get(real);
    const manifest = readManifest(real, origin, this.#options.show, this.#options.deprecations);
    if (manifest === undefined) return 'none';
    if (manifest.faults !== undefined) this.faults.push(manifest.faults);
    if (manifest.record !== undefined) this.plugins.push(manifest.record);
    this.#read.set(real, manifest.record);
    return manifest.record;
  }

  async #notFound(use: PluginUse, folders: readonly string[]): Promise<ForgeError[]> {
    const { written } = use;
    const path = isAbsolute(use.use);
    const meant = closest(
      use.use,
      this.plugins.map(({ manifest }) => manifest.name),
    );
    const text = path
      ? `there is no plugin.json in ${this.#options.show(use.use)}`
      : `the plugin "${use.use}" was not found${meant === undefined ? '' : ` — did you mean "${meant}"?`}`;
    const fix = path
      ? 'Correct the path, or add the manifest.'
      : `Install it in your project: forge plugin install, where forge.plugins.lock names it, or npm install ${use.use}`;
    const fault = await placed(
      { path: [], aspect: 'value', text },
      { code: 'PLUGIN_NOT_FOUND', fix, source: written.source, at: written.at, ...whereOf(written.where) },
    );
    const why = path || folders.length === 0 ? {} : { why: `Looked in node_modules of ${use.base} and above.` };
    return [forgeError(fault.code, fault.message, { ...fault.details, ...why })];
  }
}

function whereOf(where: string | undefined): { readonly where?: string } {
  return where === undefined ? {} : { where };
}

/** `node_modules/<name>` of a folder and of all above it. */
function packageFolders(name: string, base: string): string[] {
  const folders: string[] = [];
  for (let folder = base; ; folder = dirname(folder)) {
    folders.push(join(folder, 'node_modules', name));
    if (dirname(folder) === folder) return folders;
  }
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && !isHidden(entry.name))
      .map((entry) => entry.name)
      .sort();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

function isHidden(name: string): boolean {
  return name.startsWith('.') || name === 'node_modules';
}
