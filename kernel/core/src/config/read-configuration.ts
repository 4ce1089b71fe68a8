import { relative } from 'node:path';
import {
  type ConfigLayer,
  configLayerSchema,
  type ForgeError,
  faultsOf,
  isForgeError,
  type ResolvedConfig,
} from '@forge/plugin-api';
import { dataSource } from '../faults/data-source.ts';
import { schemaFaults } from '../faults/schema-faults.ts';
import type { LoadCode } from '../plugins/load-module.ts';
import type { Places } from '../state/places.ts';
import { hashCode } from '../trust/content-hash.ts';
import type { Trust } from '../trust/trust.ts';
import { environmentLayer } from './environment.ts';
import { findProjectConfig, findUserConfig, isCode } from './find-config.ts';
import type { Layer, LoadedLayer } from './layer.ts';
import { loadConfig } from './load-config.ts';
import { type Merged, mergeLayers } from './merge-layers.ts';
import { parseLayer } from './parse-layer.ts';
import { weakerSettings } from './weaker-settings.ts';

export interface ConfigurationOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly places: Places;
  readonly defaults: ConfigLayer;
  readonly flags: ConfigLayer | undefined;
  /** Variables that begin with FORGE_ and are no settings. */
  readonly knownVariables: readonly string[];
  readonly trust: Trust;
  readonly loadCode: LoadCode;
  readonly show: (file: string) => string;
}

export interface Configuration extends Merged {
  /** Absolute. */
  readonly file: string | undefined;
  readonly faults: readonly ForgeError[];
}

/**
 * All layers, weakest first: defaults, the person's own file, the project's file, environment, flags. What is wrong in
 * a layer is left out of the answer, and its faults are gathered. Rejects with TRUST_REQUIRED before code of the
 * repository runs.
 */
export async function readConfiguration(options: ConfigurationOptions): Promise<Configuration> {
  const { places, cwd } = options;
  const faults: ForgeError[] = [];
  const layers: Layer[] = [defaultsLayer(options.defaults)];
  const add = async (load: () => Promise<LoadedLayer | undefined> | undefined): Promise<void> => {
    try {
      const loaded = await load();
      if (loaded === undefined) return;
      layers.push(loaded.layer);
      faults.push(...loaded.faults);
    } catch (error) {
      if (isForgeError(error, 'TRUST_REQUIRED')) throw error;
      faults.push(...faultsOf(error));
    }
  };
  let file: string | undefined;
  await add(() => userLayer(options));
  await add(() => {
    file = findProjectConfig(cwd, places.project);
    return file === undefined ? undefined : projectLayer(file, mergeLayers(layers).config, options);
  });
  await add(() => environmentLayer(options.env, { cwd, known: options.knownVariables }));
  await add(() => flagsLayer(options.flags, cwd));
  return { ...mergeLayers(layers), file, faults };
}

function defaultsLayer(value: ConfigLayer): Layer {
  const source = dataSource('defaults', JSON.stringify(value, undefined, 2));
  return {
    value,
    base: '/',
    originOf: () => 'default',
    writtenAt: (at) => ({ source, at }),
    fromRepository: false,
  };
}

async function userLayer({ places, loadCode, show }: ConfigurationOptions): Promise<LoadedLayer | undefined> {
  const file = findUserConfig(places.userConfig);
  return file === undefined ? undefined : loadConfig(file, { loadCode, show, fromRepository: false });
}

async function projectLayer(file: string, usual: ResolvedConfig, options: ConfigurationOptions): Promise<LoadedLayer> {
  const { loadCode, show, trust, places } = options;
  if (isCode(file)) {
    const name = relative(places.project, file);
    await trust.require([{ name, what: 'configuration in code', hash: () => hashCode(file) }]);
  }
  const loaded = await loadConfig(file, { loadCode, show, fromRepository: true });
  const weaker = isCode(file) ? [] : weakerSettings(loaded.layer.value, usual);
  if (weaker.length > 0) {
    // Data runs nothing, but it must not take away what protects the person, either.
    const what = `settings that protect you less than usual: ${weaker.join(', ')}`;
    await trust.require([{ name: relative(places.project, file), what, hash: () => hashCode(file) }]);
  }
  return loaded;
}

async function flagsLayer(flags: ConfigLayer | undefined, cwd: string): Promise<LoadedLayer | undefined> {
  if (flags === undefined) return undefined;
  const where = 'command line';
  const { value, issues } = parseLayer(flags);
  const context = { code: 'CONFIG_INVALID', schema: configLayerSchema, value: flags, where } as const;
  return {
    layer: { value, base: cwd, originOf: () => where, writtenAt: (at) => ({ at, where }), fromRepository: false },
    faults: await schemaFaults(issues, context),
  };
}
