import { relative } from 'node:path';
import { type ConfigLayer, configLayerSchema, type ForgeError, ForgeFaults, faultsOf } from '@forge/plugin-api';
import { dataSource } from '../faults/data-source.ts';
import { schemaFaults, type SchemaIssue } from '../faults/schema-faults.ts';
import type { LoadCode } from '../plugins/load-module.ts';
import type { Places } from '../state/places.ts';
import { hashCode } from '../trust/content-hash.ts';
import type { Trust } from '../trust/trust.ts';
import { environmentLayer } from './environment.ts';
import { findProjectConfig, findUserConfig } from './find-config.ts';
import type { Layer } from './layer.ts';
import { isCode, loadConfig } from './load-config.ts';
import { type Merged, mergeLayers } from './merge-layers.ts';

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
 * All layers, weakest first: defaults, the person's own file, the project's file, environment, flags. A layer with
 * faults is left out of the answer and its faults are gathered. Rejects with TRUST_REQUIRED before code of the
 * repository runs.
 */
export async function readConfiguration(options: ConfigurationOptions): Promise<Configuration> {
  const { places, cwd } = options;
  const faults: ForgeError[] = [];
  const attempt = async (load: () => Promise<Layer | undefined> | Layer | undefined): Promise<Layer | undefined> => {
    try {
      return await load();
    } catch (error) {
      if (faultsOf(error).some(({ code }) => code === 'TRUST_REQUIRED')) throw error;
      faults.push(...faultsOf(error));
      return undefined;
    }
  };
  let file: string | undefined;
  const user = await attempt(() => userLayer(options));
  const project = await attempt(() => {
    file = findProjectConfig(cwd, places.project);
    return file === undefined ? undefined : projectLayer(file, options);
  });
  const environment = await environmentLayer(options.env, { cwd, known: options.knownVariables });
  faults.push(...environment.faults);
  const flags = await attempt(() => flagsLayer(options.flags, cwd));
  const given = [user, project, environment.layer, flags].filter((layer) => layer !== undefined);
  return { ...mergeLayers([defaultsLayer(options.defaults), ...given]), file, faults };
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

async function userLayer({ places, loadCode, show }: ConfigurationOptions): Promise<Layer | undefined> {
  const file = findUserConfig(places.userConfig);
  return file === undefined ? undefined : loadConfig(file, { loadCode, show, fromRepository: false });
}

async function projectLayer(file: string, options: ConfigurationOptions): Promise<Layer> {
  const { loadCode, show, trust, places } = options;
  if (isCode(file)) {
    const name = relative(places.project, file);
    await trust.require([{ name, what: 'configuration in code', hash: () => hashCode(file) }]);
  }
  return loadConfig(file, { loadCode, show, fromRepository: true });
}

async function flagsLayer(flags: ConfigLayer | undefined, cwd: string): Promise<Layer | undefined> {
  if (flags === undefined) return undefined;
  const where = 'command line';
  const { success, data, error } = configLayerSchema.safeParse(flags);
  if (!success) {
    const issues = error.issues as unknown as SchemaIssue[];
    const context = { code: 'CONFIG_INVALID', schema: configLayerSchema, value: flags, where } as const;
    throw new ForgeFaults(await schemaFaults(issues, context));
  }
  return { value: data, base: cwd, originOf: () => where, writtenAt: (at) => ({ at, where }), fromRepository: false };
}
