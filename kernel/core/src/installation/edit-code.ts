import { generateCode, parseModule } from 'magicast';
import { getDefaultExportOptions } from 'magicast/helpers';
import {
  difference,
  type EditEntry,
  type EditPlugins,
  type EntryChange,
  entryWith,
  placesOf,
  type PluginEntry,
} from './plugin-entries.ts';

const editCode: EditPlugins = (text, change) => {
  const { module, list } = pluginsIn(text);
  // Calls and names in the list are no plain values: they stand for themselves, and stay.
  const before = Array.from(list, (entry) => plain(entry));
  const { removed, added } = difference(before, change(before));
  for (const index of removed) list.splice(index, 1);
  for (const entry of added) list.push(entry);
  return codeOf(module, text);
};

const editEntry: EditEntry = (text, change) => {
  const { module, list } = pluginsIn(text);
  const entries = Array.from(list, (entry) => plain(entry));
  const places = placesOf(entries, change.use);
  if (places.length === 0) list.push(entryWith(change));
  for (const index of places) {
    if (typeof list[index] === 'string') list[index] = entryWith(change);
    else setIn(list[index] as Record<string, unknown>, change);
  }
  return codeOf(module, text);
};

export const codeEditor = { editPlugins: editCode, editEntry };

function setIn(entry: Record<string, unknown>, { path: [first, second], value }: EntryChange): void {
  const place = second === undefined ? entry : ((entry[first] ??= {}) as Record<string, unknown>);
  const name = second ?? first;
  if (value === undefined) delete place[name];
  else place[name] = value;
}

function pluginsIn(text: string) {
  const module = parseModule(text);
  const config = getDefaultExportOptions(module) as { plugins?: PluginEntry[] };
  config.plugins ??= [];
  return { module, list: config.plugins };
}

function codeOf(module: ReturnType<typeof parseModule>, text: string): string {
  const { code } = generateCode(module);
  return text.endsWith('\n') && !code.endsWith('\n') ? `${code}\n` : code;
}

function plain(entry: unknown): PluginEntry {
  if (typeof entry === 'string') return entry;
  const { $type, use } = entry as { readonly $type?: string; readonly use?: unknown };
  return { use: $type === 'object' && typeof use === 'string' ? use : '', options: {} };
}
