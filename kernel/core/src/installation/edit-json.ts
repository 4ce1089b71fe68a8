import { applyEdits, modify, parse, type FormattingOptions, type JSONPath } from 'jsonc-parser';
import { difference, type EditPlugins, type PluginEntry } from './plugin-entries.ts';

export const editJson: EditPlugins = (text, change) => {
  const before = ((parse(text) as { plugins?: PluginEntry[] } | undefined)?.plugins ?? []) as readonly PluginEntry[];
  const formattingOptions = formOf(text);
  const set = (from: string, path: JSONPath, value: unknown) =>
    applyEdits(from, modify(from, path, value, { formattingOptions }));
  const source = text.trim() === '' ? '{}\n' : text;
  if (before.length === 0) return set(source, ['plugins'], change(before));
  const { removed, added } = difference(before, change(before));
  const without = removed.reduce((from, index) => set(from, ['plugins', index], undefined), source);
  return added.reduce<string>(
    (from, entry) =>
      applyEdits(from, modify(from, ['plugins', -1], entry, { formattingOptions, isArrayInsertion: true })),
    without,
  );
};

function formOf(text: string): FormattingOptions {
  const indent = /^([ \t]+)\S/m.exec(text)?.[1] ?? '  ';
  return { insertSpaces: !indent.startsWith('\t'), tabSize: indent.startsWith('\t') ? 4 : indent.length, eol: '\n' };
}
