import { extname } from 'node:path';
import { forgeError } from '@forge/plugin-api';
import { isCode } from '../config/find-config.ts';
import { type EditPlugins, type PluginEntry, useOf } from './plugin-entries.ts';

/** The text of a configuration with one more plugin at the end of `plugins`; all else stays as it was written. */
export async function withPlugin(file: string, text: string, entry: PluginEntry): Promise<string> {
  return edit(file, text, (entries) => [...entries, entry]);
}

/** The text without the entries of that plugin. */
export async function withoutPlugin(file: string, text: string, use: string): Promise<string> {
  return edit(file, text, (entries) => entries.filter((entry) => useOf(entry) !== use));
}

async function edit(file: string, text: string, change: (entries: readonly PluginEntry[]) => readonly PluginEntry[]) {
  const editPlugins = await editorOf(file);
  try {
    return editPlugins(text, change);
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
async function editorOf(file: string): Promise<EditPlugins> {
  if (isCode(file)) return (await import('./edit-code.ts')).editCode;
  if (extname(file) === '.json') return (await import('./edit-json.ts')).editJson;
  return (await import('./edit-yaml.ts')).editYaml;
}
