import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { forgeError, type McpServers, type PluginContext, type Skills } from '@forge/plugin-api';
import { createRecordingLogger } from './recording-logger.ts';
import { createScriptedInteraction } from './scripted-interaction.ts';
import { createSeededIds, createSeededRandom } from './seeded-random.ts';
import { createVirtualClock } from './virtual-clock.ts';

export interface PluginContextOptions<Options>
  extends Partial<Omit<PluginContext<Options>, 'env' | 'secret' | 'readAsset' | 'readTrusted'>> {
  /** What `env` and `secret` find; all else is PERMISSION_MISSING. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What `readTrusted` finds, by path. Default: nothing. */
  readonly trusted?: Readonly<Record<string, string>>;
  /** The plugin's folder, for `readAsset`. */
  readonly folder?: string;
  /** Where the seeded randomness begins. Default 1. */
  readonly seed?: number;
}

const noSkills: Skills = {
  list: async () => ({ skills: [], faults: [] }),
  read: async (name) => Promise.reject(forgeError('INPUT_INVALID', `There is no skill "${name}"`)),
};

const noServers: McpServers = {
  list: async () => ({ servers: [], faults: [] }),
  settings: async (name) => Promise.reject(forgeError('INPUT_INVALID', `There is no MCP server "${name}"`)),
};

/** What the kernel would give a plugin, for calling `setup` in a test: clock, randomness and ids are the same every time. */
export function createPluginContext<Options = undefined>(
  given: PluginContextOptions<Options> & { readonly options?: Options } = {},
): PluginContext<Options> {
  const { env = {}, trusted = {}, folder, seed = 1, ...rest } = given;
  const clock = rest.clock ?? createVirtualClock();
  const random = rest.random ?? createSeededRandom(seed);
  const permitted = (name: string) => {
    if (name in env) return env[name];
    throw forgeError('PERMISSION_MISSING', `The plugin may not read ${name}`);
  };
  return {
    options: undefined as Options,
    env: permitted,
    secret: permitted,
    readAsset(path) {
      if (folder === undefined) throw new Error('Give createPluginContext the folder of the plugin');
      return readFile(join(folder, path), 'utf8');
    },
    readTrusted: async (path) => trusted[path],
    skills: noSkills,
    mcpServers: noServers,
    // No default folder: only its owner can remove it after the test.
    get stateDirectory(): string {
      throw new Error('Give createPluginContext a stateDirectory');
    },
    clock,
    random,
    newId: createSeededIds(clock, random),
    interaction: createScriptedInteraction([], { interactive: false }),
    log: createRecordingLogger(),
    signal: new AbortController().signal,
    ...rest,
  };
}
