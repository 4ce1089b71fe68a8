import { type Agent, agentContracts, type AgentType, agentTypes, runToolLoop } from '@forge/plugin-api';

/** `scripted-planner` and so on: they do nothing but call tools and answer as the scripted model says. */
export const scriptedAgents: readonly Agent[] = agentTypes.map(scriptedAgent);

/** The name of the scripted agent of a type. */
export function scriptedAgentName(type: AgentType): string {
  return `scripted-${type}`;
}

function scriptedAgent(type: AgentType): Agent {
  const schema = agentContracts[type].output;
  return {
    id: scriptedAgentName(type),
    type,
    description: `Does what the scripted model says, as ${type}`,
    execute: (input, ctx) =>
      runToolLoop(ctx, {
        system: `You are the ${type}.`,
        opening: [{ type: 'text', text: JSON.stringify(input) }],
        answer: { name: type, schema },
      }) as ReturnType<Agent['execute']>,
  };
}
