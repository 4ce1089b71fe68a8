import { join } from 'node:path';
import { type AgentPlace, forgeError, ForgeFaults, type ProbeResult } from '@forge/plugin-api';
import { checkManifests } from './manifests/check.ts';
import type { PluginRecord } from './manifests/plugin-record.ts';
import { readManifest } from './manifests/read-manifest.ts';
import { createActivation } from './plugins/activation.ts';
import { pluginLimits } from './plugins/limits.ts';
import { createCodeLoader } from './plugins/load-module.ts';
import type { PluginWorld } from './plugins/plugin-context.ts';
import type { Provided } from './plugins/provided.ts';
import { createMasker } from './secrets.ts';
import { createIds, systemRandom } from './world/randomness.ts';

/** Where a plugin lies and what it is started with. */
export type PlaceOfPlugin = Omit<AgentPlace, 'agent'> & {
  /** The manifest's file, as the person knows it. Default: its path. */
  readonly shown?: string;
};

export interface OpenPluginOptions
  extends Pick<
    PluginWorld,
    | 'clock'
    | 'log'
    | 'signal'
    | 'interaction'
    | 'readTrusted'
    | 'skills'
    | 'mcpServers'
    | 'deprecations'
    | 'stateDirectory'
  > {
  /** Absolute; exists. Where compiled code is kept. */
  readonly directory: string;
}

export interface OpenPlugin {
  /** Guarded, as in a host. */
  readonly provided: readonly Provided[];
  /** What it says of what it needs; undefined when it does not check anything. */
  check(): Promise<ProbeResult | undefined>;
  /** Stops the plugin. */
  close(): Promise<void>;
}

/**
 * Loads one plugin without a host, for a process of its own, by the rules by which a host loads plugins. Whether it may
 * run was decided where the place comes from. Rejects with what keeps the plugin from starting.
 */
export async function openPlugin(place: PlaceOfPlugin, options: OpenPluginOptions): Promise<OpenPlugin> {
  const { directory, ...around } = options;
  const record = await recordOf(place);
  const masker = createMasker();
  for (const name of record.manifest.permissions.secrets) masker.register(place.variables[name]);
  const activation = createActivation({
    world: {
      ...around,
      env: place.variables,
      masker,
      random: systemRandom,
      newId: createIds(options.clock, systemRandom),
    },
    limits: pluginLimits,
    loadCode: createCodeLoader({ cacheFolder: join(directory, 'code') }),
    optionsOf: () => ({ value: place.options }),
    allow: async () => undefined,
    // This process is the plugin's own.
    isIsolated: () => false,
    startIsolated: () => Promise.reject(forgeError('INTERNAL', 'A plugin was to leave its own process')),
  });
  return {
    provided: await activation.activate(record),
    check: () => activation.check(record),
    close: () => activation.stop(),
  };
}

async function recordOf({ plugin, folder, origin, shown }: PlaceOfPlugin): Promise<PluginRecord> {
  // What its files say was told by whoever started this process.
  const read = readManifest(folder, origin, (file) => shown ?? file, []);
  if (read?.record?.manifest.name !== plugin) {
    if (read?.faults !== undefined) throw new ForgeFaults(await read.faults);
    throw forgeError('PLUGIN_NOT_FOUND', `The plugin "${plugin}" is not in ${folder}`, { where: folder, plugin });
  }
  const faults = await checkManifests([read.record]);
  if (faults.length > 0) throw new ForgeFaults(faults);
  return read.record;
}
