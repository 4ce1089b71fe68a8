import { type Agent, type AgentPlace, type Clock, forgeError, type Logger } from '@forge/plugin-api';
import { openPlugin } from './open-plugin.ts';
import { notFound } from './plugins/registry.ts';

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

/** One agent without a host, for a worker: its plugin alone. Rejects with what keeps the plugin from starting. */
export async function openAgent(place: AgentPlace, options: OpenAgentOptions): Promise<OpenAgent> {
  const { provided, close } = await openPlugin(place, {
    ...options,
    // Nobody sits here: questions go through the agent's context.
    interaction: { interactive: false, ask: async () => undefined },
    stateDirectory: async () => options.directory,
    skills: { list: async () => ({ skills: [], faults: [] }), read: async (name) => Promise.reject(noSkill(name)) },
    mcpServers: {
      list: async () => ({ servers: [], faults: [] }),
      settings: async (name) => Promise.reject(noServer(name)),
    },
    readTrusted: async (path, plugin) => {
      throw forgeError('UNSUPPORTED', `The plugin "${plugin}" would read ${path}, and a worker has no repository`, {
        fix: 'set "executor" to "in-process"',
        plugin,
      });
    },
  });
  const found = provided.find(({ kind, name }) => kind === 'agent' && name === place.agent);
  if (found === undefined) throw notFound('agent', place.agent, []);
  return { agent: found.contribution as Agent, close };
}

function noServer(name: string) {
  return forgeError('INPUT_INVALID', `There is no MCP server "${name}" here`);
}

function noSkill(name: string) {
  return forgeError('UNSUPPORTED', `A worker has no repository with a skill "${name}"`);
}
