import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as pluginApi from '@forge/plugin-api';
import type { PluginDefinition } from '@forge/plugin-api';
import type { PluginRecord } from '../manifests/plugin-record.ts';
import { shareHostCopy } from './host-copy.ts';

/** Runs a file of the person's project and gives what it exports as default. */
export type LoadCode = (file: string) => Promise<unknown>;

/**
 * Loads TypeScript and JavaScript from anywhere, with the host's own copy of `@forge/plugin-api` whatever lies beside
 * the file: aliases and native imports would give a second one. Nothing is loaded before the first call.
 */
export function createCodeLoader(options: { readonly cacheFolder: string }): LoadCode {
  let jiti: Promise<{ import(file: string): Promise<unknown> }> | undefined;
  return async (file) => {
    shareHostCopy();
    jiti ??= import('jiti').then(({ createJiti }) =>
      createJiti(file, {
        virtualModules: { '@forge/plugin-api': pluginApi },
        // By default jiti writes into node_modules of the project, which is not ours.
        fsCache: options.cacheFolder,
        interopDefault: false,
      }),
    );
    return defaultOf(await (await jiti).import(file));
  };
}

/** The definition that a plugin's module exports. Default plugins are the app's own code and need no loader. */
export async function loadDefinition(record: PluginRecord, loadCode: LoadCode): Promise<PluginDefinition | undefined> {
  if (record.definition !== undefined) return record.definition;
  const file = join(record.folder, record.manifest.entry);
  const exported =
    record.origin === 'default'
      ? defaultOf(await import(/* @vite-ignore */ pathToFileURL(file).href))
      : await loadCode(file);
  return isDefinition(exported) ? exported : undefined;
}

function isDefinition(value: unknown): value is PluginDefinition {
  return typeof value === 'object' && value !== null && 'forgePlugin' in value && value.forgePlugin === 1;
}

/** `export default`, also as CommonJS writes it, once or twice wrapped. */
function defaultOf(exported: unknown): unknown {
  let value = exported;
  for (let depth = 0; depth < 3; depth++) {
    if (typeof value !== 'object' || value === null || !('default' in value)) return value;
    value = value.default;
  }
  return value;
}
