import { isMap, isSeq, parseDocument } from 'yaml';
import {
  difference,
  type EditEntry,
  type EditPlugins,
  entryWith,
  placesOf,
  type PluginEntry,
} from './plugin-entries.ts';

const editYaml: EditPlugins = (text, change) => {
  const document = openYaml(text);
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

const editEntry: EditEntry = (text, change) => {
  const document = openYaml(text);
  const list = document.get('plugins');
  const entries = isSeq(list) ? (list.toJSON() as readonly PluginEntry[]) : [];
  const places = placesOf(entries, change.use);
  if (!isSeq(list) || places.length === 0) return editYaml(text, (before) => [...before, entryWith(change)]);
  for (const index of places) {
    const entry = list.get(index, true);
    if (!isMap(entry)) list.set(index, document.createNode(entryWith(change)));
    else if (change.value === undefined) entry.deleteIn(change.path);
    else entry.setIn(change.path, change.value);
  }
  return document.toString();
};

export const yamlEditor = { editPlugins: editYaml, editEntry };

function openYaml(text: string) {
  const document = parseDocument(text);
  const [fault] = document.errors;
  if (fault !== undefined) throw fault;
  return document;
}
