import type { AgentPlace } from '@forge/plugin-api';

/** The place of an agent that is there already: nothing is loaded from it. */
export function nowhere(agent: string): AgentPlace {
  return { agent, plugin: '', folder: '', origin: 'configuration', options: {}, variables: {} };
}
