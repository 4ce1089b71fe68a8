import { applyEdits, modify, parse, type FormattingOptions, type JSONPath } from 'jsonc-parser';
import {
  difference,
  type EditEntry,
  type EditPlugins,
  entryWith,
  placesOf,
  type PluginEntry,
} from './plugin-entries.ts';

const editJson: EditPlugins = (text, change) => {
  const { before, formattingOptions, set, source } = openJson(text);
  if (before.length === 0) return set(source, ['plugins'], change(before));
  const { removed, added } = difference(before, change(before));
  const without = removed.reduce((from, index) => set(from, ['plugins', index], undefined), source);
  return added.reduce<string>(
    (from, entry) =>
      applyEdits(from, modify(from, ['plugins', -1], entry, { formattingOptions, isArrayInsertion: true })),
    without,
  );
};

const editEntry: EditEntry = (text, change) => {
  const { before, set, source } = openJson(text);
  const places = placesOf(before, change.use);
  if (places.length === 0) return editJson(text, (entries) => [...entries, entryWith(change)]);
  return places.reduce((from, index) => {
    if (typeof before[index] === 'string') return set(from, ['plugins', index], entryWith(change));
    return set(from, ['plugins', index, ...change.path], change.value);
  }, source);
};

export const jsonEditor = { editPlugins: editJson, editEntry };

function openJson(text: string) {
  const before = ((parse(text) as { plugins?: PluginEntry[] } | undefined)?.plugins ?? []) as readonly PluginEntry[];
  const formattingOptions = formOf(text);
  const set = (from: string, path: JSONPath, value: unknown) =>
    applyEdits(from, modify(from, path, value, { formattingOptions }));
  return { before, formattingOptions, set, source: text.trim() === '' ? '{}\n' : text };
}

function formOf(text: string): FormattingOptions {
  const indent = /^([ \t]+)\S/m.exec(text)?.[1] ?? '  ';
  return { insertSpaces: !indent.startsWith('\t'), tabSize: indent.startsWith('\t') ? 4 : indent.length, eol: '\n' };
}
