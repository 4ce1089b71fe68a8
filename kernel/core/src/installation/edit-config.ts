import { extname } from 'node:path';
import { forgeError } from '@forge/plugin-api';
import { isCode } from '../config/find-config.ts';
import { type EditEntry, type EditPlugins, type EntryChange, type PluginEntry, useOf } from './plugin-entries.ts';

/** The text of a configuration with one more plugin at the end of `plugins`; all else stays as it was written. */
export async function withPlugin(file: string, text: string, entry: PluginEntry): Promise<string> {
  return edit(file, text, (entries) => [...entries, entry]);
}

/** The text without the entries of that plugin. */
export async function withoutPlugin(file: string, text: string, use: string): Promise<string> {
  return edit(file, text, (entries) => entries.filter((entry) => useOf(entry) !== use));
}

/** The text with the plugin switched on or off. */
export async function withSwitch(file: string, text: string, use: string, enabled: boolean): Promise<string> {
  return withChange(file, text, { use, path: ['enabled'], value: enabled ? undefined : false });
}

/** The text with these options of the plugin; others that it has stay. */
export async function withOptions(
  file: string,
  text: string,
  use: string,
  options: Readonly<Record<string, unknown>>,
): Promise<string> {
  let changed = text;
  for (const [name, value] of Object.entries(options))
    changed = await withChange(file, changed, { use, path: ['options', name], value });
  return changed;
}

function withChange(file: string, text: string, change: EntryChange): Promise<string> {
  return attempt(file, ({ editEntry }) => editEntry(text, change));
}

function edit(file: string, text: string, change: (entries: readonly PluginEntry[]) => readonly PluginEntry[]) {
  return attempt(file, ({ editPlugins }) => editPlugins(text, change));
}

interface Editor {
  readonly editPlugins: EditPlugins;
  readonly editEntry: EditEntry;
}

async function attempt(file: string, work: (editor: Editor) => string | Promise<string>): Promise<string> {
  const editor = await editorOf(file);
  try {
    return await work(editor);
  } catch (error) {
    throw forgeError('CONFIG_UNREADABLE', 'The configuration cannot be edited by a program', {
      where: file,
      why: error instanceof Error ? error.message : String(error),
      fix: 'edit "plugins" in it yourself',
      cause: error,
    });
  }
}

/** Each way to write a configuration has a library that changes one place and keeps the rest, comments too. */
async function editorOf(file: string): Promise<Editor> {
  if (isCode(file)) return (await import('./edit-code.ts')).codeEditor;
  if (extname(file) === '.json') return (await import('./edit-json.ts')).jsonEditor;
  return (await import('./edit-yaml.ts')).yamlEditor;
}
