import { contributionKeys, forgeError, type ForgeError, type Kind, type Seams } from '@forge/plugin-api';
import { didYouMean } from '../faults/did-you-mean.ts';
import type { PluginRecord } from '../manifests/plugin-record.ts';
import type { Activation } from './activation.ts';

export interface RegisteredName {
  readonly name: string;
  readonly plugin: string;
}

/** Everything that can be exchanged, by kind and name. Plugins are loaded when something of theirs is asked for. */
export interface Registry {
  /** `name`, or `plugin/name`. Rejects with CONTRIBUTION_NOT_FOUND, and with what keeps the plugin from starting. */
  get<K extends Kind>(kind: K, name: string): Promise<Seams[K]>;
  /** The plugin that declares a name. Throws CONTRIBUTION_NOT_FOUND. Loads nothing. */
  owner(kind: Kind, name: string): PluginRecord;
  /** Sorted, so that what is built from it does not depend on folders. Loads nothing. */
  names(kind: Kind): readonly RegisteredName[];
  /** Are its tools there for every agent, or does it wait until somebody asks for it? */
  takesPart(record: PluginRecord): boolean;
}

/** @param plugins checked: no name has two owners */
export function createRegistry(
  plugins: readonly PluginRecord[],
  activation: Activation,
  takesPart: Registry['takesPart'],
): Registry {
  const owners = new Map<Kind, Map<string, PluginRecord>>();
  for (const kind of Object.keys(contributionKeys) as Kind[]) {
    const names = plugins.flatMap((record) =>
      record.manifest.provides[contributionKeys[kind]].map((name) => [name, record] as const),
    );
    owners.set(kind, new Map(names));
  }
  const find = (kind: Kind, wanted: string): { readonly name: string; readonly record: PluginRecord } => {
    const names = owners.get(kind) ?? new Map<string, PluginRecord>();
    const direct = names.get(wanted);
    if (direct !== undefined) return { name: wanted, record: direct };
    // A plugin's name may have a scope, so the last slash divides.
    const slash = wanted.lastIndexOf('/');
    const name = wanted.slice(slash + 1);
    const record = names.get(name);
    if (slash > 0 && record?.manifest.name === wanted.slice(0, slash)) return { name, record };
    throw notFound(kind, wanted, [...names.keys()]);
  };
  return {
    get: async (kind, wanted) => {
      const { name, record } = find(kind, wanted);
      const provided = await activation.activate(record);
      const found = provided.find((one) => one.kind === kind && one.name === name);
      if (found === undefined) throw notFound(kind, wanted, []);
      return found.contribution as Seams[typeof kind];
    },
    owner: (kind, wanted) => find(kind, wanted).record,
    takesPart,
    names: (kind) =>
      [...(owners.get(kind) ?? [])]
        .map(([name, record]) => ({ name, plugin: record.manifest.name }))
        .sort((left, right) => (left.name < right.name ? -1 : 1)),
  };
}

export function notFound(kind: Kind, wanted: string, names: readonly string[]): ForgeError {
  return forgeError('CONTRIBUTION_NOT_FOUND', `There is no ${kind} "${wanted}"${didYouMean(wanted, names)}`, {
    why: names.length === 0 ? `No plugin brings a ${kind}.` : `There are: ${names.toSorted().join(', ')}.`,
    fix: `Choose one of them, or add the plugin that brings "${wanted}" to "plugins" in the configuration.`,
  });
}
