import { isSeq, parseDocument } from 'yaml';
import { difference, type EditPlugins, type PluginEntry } from './plugin-entries.ts';

export const editYaml: EditPlugins = (text, change) => {
  const document = parseDocument(text);
  const [fault] = document.errors;
  if (fault !== undefined) throw fault;
  const list = document.get('plugins');
  if (!isSeq(list)) {
    document.set('plugins', document.createNode(change([])));
    return document.toString();
  }
  const before = list.toJSON() as readonly PluginEntry[];
  const { removed, added } = difference(before, change(before));
  for (const index of removed) list.delete(index);
  for (const entry of added) list.add(document.createNode(entry));
  return document.toString();
};
