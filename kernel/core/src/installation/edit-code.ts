import { generateCode, parseModule } from 'magicast';
import { getDefaultExportOptions } from 'magicast/helpers';
import { difference, type EditPlugins, type PluginEntry } from './plugin-entries.ts';

export const editCode: EditPlugins = (text, change) => {
  const module = parseModule(text);
  const config = getDefaultExportOptions(module) as { plugins?: PluginEntry[] };
  config.plugins ??= [];
  const list = config.plugins;
  // Calls and names in the list are no plain values: they stand for themselves, and stay.
  const before = Array.from(list, (entry) => plain(entry));
  const { removed, added } = difference(before, change(before));
  for (const index of removed) list.splice(index, 1);
  for (const entry of added) list.push(entry);
  const { code } = generateCode(module);
  return text.endsWith('\n') && !code.endsWith('\n') ? `${code}\n` : code;
};

function plain(entry: unknown): PluginEntry {
  if (typeof entry === 'string') return entry;
  const { $type, use } = entry as { readonly $type?: string; readonly use?: unknown };
  return { use: $type === 'object' && typeof use === 'string' ? use : '', options: {} };
}
