import { join } from 'node:path';
import { type Agent, type AgentPlace, type Clock, forgeError, ForgeFaults, type Logger } from '@forge/plugin-api';
import { checkManifests } from './manifests/check.ts';
import type { PluginRecord } from './manifests/plugin-record.ts';
import { readManifest } from './manifests/read-manifest.ts';
import { createActivation } from './plugins/activation.ts';
import { pluginLimits } from './plugins/limits.ts';
import { createCodeLoader } from './plugins/load-module.ts';
import { notFound } from './plugins/registry.ts';
import { createMasker } from './secrets.ts';
import { createIds, systemRandom } from './world/randomness.ts';

export interface OpenAgentOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Absolute; exists. What the plugin gets for its state, and where compiled code is kept. */
  readonly directory: string;
  readonly signal: AbortSignal;
}

export interface OpenAgent {
  /** Guarded, as in a host. */
  readonly agent: Agent;
  /** Stops the plugin. */
  close(): Promise<void>;
}

/**
 * Loads one agent without a host, for a worker: its plugin alone, by the rules by which a host loads plugins. Whether
 * it may run was decided where the place comes from. Rejects with what keeps the plugin from starting.
 */
export async function openAgent(place: AgentPlace, options: OpenAgentOptions): Promise<OpenAgent> {
  const { clock, log, directory, signal } = options;
  const record = await recordOf(place);
  const masker = createMasker();
  for (const name of record.manifest.permissions.secrets) masker.register(place.variables[name]);
  const activation = createActivation({
    world: {
      env: place.variables,
      clock,
      log,
      masker,
      signal,
      random: systemRandom,
      newId: createIds(clock, systemRandom),
      // Nobody sits here: questions go through the agent's context.
      interaction: { interactive: false, ask: async () => undefined },
      stateDirectory: async () => directory,
      skills: { list: async () => ({ skills: [], faults: [] }), read: async (name) => Promise.reject(noSkill(name)) },
      readTrusted: async (path, plugin) => {
        throw forgeError('UNSUPPORTED', `The plugin "${plugin}" would read ${path}, and a worker has no repository`, {
          fix: 'set "executor" to "in-process"',
          plugin,
        });
      },
    },
    limits: pluginLimits,
    loadCode: createCodeLoader({ cacheFolder: join(directory, 'code') }),
    optionsOf: () => ({ value: place.options }),
    allow: async () => undefined,
  });
  const provided = await activation.activate(record);
  const found = provided.find(({ kind, name }) => kind === 'agent' && name === place.agent);
  if (found === undefined) throw notFound('agent', place.agent, []);
  return { agent: found.contribution as Agent, close: () => activation.stop() };
}

function noSkill(name: string) {
  return forgeError('UNSUPPORTED', `A worker has no repository with a skill "${name}"`);
}

async function recordOf({ plugin, folder, origin }: AgentPlace): Promise<PluginRecord> {
  const read = readManifest(folder, origin, (file) => file);
  if (read?.record?.manifest.name !== plugin) {
    if (read?.faults !== undefined) throw new ForgeFaults(await read.faults);
    throw forgeError('PLUGIN_NOT_FOUND', `The plugin "${plugin}" is not in ${folder}`, { where: folder, plugin });
  }
  const faults = await checkManifests([read.record]);
  if (faults.length > 0) throw new ForgeFaults(faults);
  return read.record;
}
