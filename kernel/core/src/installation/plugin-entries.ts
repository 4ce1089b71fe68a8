/** A word of `plugins`: a package or path, or one with options. */
export type PluginEntry = string | { readonly use: string; readonly options: Readonly<Record<string, unknown>> };

/** Changes `plugins` in the text of a configuration. Throws when it cannot be found in there. */
export type EditPlugins = (text: string, change: (entries: readonly PluginEntry[]) => readonly PluginEntry[]) => string;

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
