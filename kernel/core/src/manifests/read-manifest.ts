import { readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import {
  type Deprecation,
  deprecations as table,
  type ForgeError,
  faultsOf,
  forgeError,
  type Manifest,
  manifestSchema,
} from '@forge/plugin-api';
import { isAgentManifest } from '../agent-plugins/agent-manifest.ts';
import { readAgentPlugin } from '../agent-plugins/read-agent-plugin.ts';
import { deprecationsOf } from '../deprecations/deprecations-of.ts';
import { dataSource } from '../faults/data-source.ts';
import { parseJsonText } from '../faults/json-text.ts';
import { schemaFaults, type SchemaIssue } from '../faults/schema-faults.ts';
import type { Source } from '../faults/source.ts';
import type { PluginOrigin, PluginRecord } from './plugin-record.ts';

export type ReadManifest =
  | { readonly record: PluginRecord; readonly faults?: undefined }
  | { readonly record?: undefined; readonly faults: Promise<ForgeError[]> };

/** Reads `plugin.json` of a folder. Runs nothing. Undefined when the folder has none. */
export function readManifest(
  folder: string,
  origin: PluginOrigin,
  show: (file: string) => string,
  deprecations: readonly Deprecation[] = table,
): ReadManifest | undefined {
  const file = join(folder, 'plugin.json');
  const text = readText(file);
  if (text === undefined) return undefined;
  if (typeof text !== 'string') {
    return { faults: Promise.resolve([forgeError('MANIFEST_INVALID', text.message, { where: show(file) })]) };
  }
  const source = dataSource(show(file), text);
  try {
    const value = parseJsonText(source, 'MANIFEST_INVALID');
    if (isAgentManifest(value)) {
      const record = readAgentPlugin(value, { folder, source, origin });
      return record instanceof Promise ? { faults: record } : { record };
    }
    const manifest = parseManifest(value, source);
    if (manifest instanceof Promise) return { faults: manifest };
    const old = origin === 'default' ? [] : deprecationsOf({ folder, manifest: value }, deprecations);
    return { record: { manifest, folder, source, origin, deprecations: old } };
  } catch (error) {
    return { faults: Promise.resolve(faultsOf(error)) };
  }
}

/** A manifest that is already an object. */
export function parseManifest(value: unknown, source: Source): Manifest | Promise<ForgeError[]> {
  const { success, data, error } = manifestSchema.safeParse(value);
  if (success) return Object.freeze(data);
  return schemaFaults(error.issues as unknown as SchemaIssue[], {
    code: 'MANIFEST_INVALID',
    schema: manifestSchema,
    value,
    source,
    ...nameOf(value),
  });
}

/** True for a relative path that leads to something inside the folder. */
export function staysInside(folder: string, path: string): boolean {
  return join(folder, path).startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

function nameOf(value: unknown): { readonly plugin?: string } {
  const name = (value as { readonly name?: unknown } | null)?.name;
  return typeof name === 'string' ? { plugin: name } : {};
}

function readText(file: string): string | { readonly message: string } | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR' ? undefined : { message: `The manifest cannot be read: ${code}` };
  }
}
