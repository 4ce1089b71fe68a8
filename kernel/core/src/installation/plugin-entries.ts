/** A word of `plugins`: a package or path, or one with options. */
export type PluginEntry =
  | string
  | {
      readonly use: string;
      readonly options?: Readonly<Record<string, unknown>>;
      readonly enabled?: boolean;
      readonly inProcess?: true;
    };

/** Changes `plugins` in the text of a configuration. Throws when it cannot be found in there. */
export type EditPlugins = (
  text: string,
  change: (entries: readonly PluginEntry[]) => readonly PluginEntry[],
) => string | Promise<string>;

/** A change within the entries of a plugin: what stands at a path of it, or that nothing stands there any more. */
export interface EntryChange {
  readonly use: string;
  readonly path: readonly ['enabled'] | readonly ['options', string];
  readonly value: unknown;
}

/** Changes the entries of a plugin; without one, it is named at the end. Throws as `EditPlugins` does. */
export type EditEntry = (text: string, change: EntryChange) => string | Promise<string>;

export function useOf(entry: PluginEntry): string {
  return typeof entry === 'string' ? entry : entry.use;
}

/**
 * What to do to a list so that it becomes another: which places to take out, last first, and what to put at the end.
 * Entries that stay are not touched, so nothing of their form is lost.
 */
export function difference(before: readonly PluginEntry[], after: readonly PluginEntry[]) {
  const removed = before.flatMap((entry, index) => (after.includes(entry) ? [] : [index])).toReversed();
  return { removed, added: after.filter((entry) => !before.includes(entry)) };
}

/** Which entries name a plugin. */
export function placesOf(entries: readonly PluginEntry[], use: string): number[] {
  return entries.flatMap((entry, index) => (useOf(entry) === use ? [index] : []));
}

/** As it is written for one that stood there as a word, or not at all. */
export function entryWith({ use, path: [first, second], value }: EntryChange): PluginEntry {
  if (value === undefined) return use;
  return { use, [first]: second === undefined ? value : { [second]: value } };
}
