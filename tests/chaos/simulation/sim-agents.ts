import { type Agent, agentContracts, type AgentContext, type AgentInput, runToolLoop } from '@forge/plugin-api';
import type { SimWorld } from './sim-world.ts';

const ask = async <T extends 'planner' | 'implementer' | 'reviewer'>(ctx: AgentContext, type: T, id: string) =>
  runToolLoop(ctx, {
    system: `${type} ${id}`,
    opening: [{ type: 'text', text: id }],
    answer: { name: type, schema: agentContracts[type].output },
  });

/** Agents that do what the simulated model says. The implementer also does things side by side, and by chance. */
export function simAgents({ random, bug }: SimWorld): Readonly<Record<string, Agent>> {
  const roll = async () => Math.floor(random() * 6);
  const agents = {
    planner: { id: 'planner', type: 'planner', execute: (_input, ctx) => ask(ctx, 'planner', 'plan') },
    implementer: {
      id: 'implementer',
      type: 'implementer',
      async execute({ task }: AgentInput<'implementer'>, ctx) {
        const [dice] = await Promise.all([
          bug === 'wild agent' ? roll() : ctx.step('dice', roll),
          ctx.tools.call('look', { path: 'README.md' }),
          ctx.memory.recall({ context: task.title }),
        ]);
        // Would be another call than before if the step were not remembered.
        await ctx.tools.call('look', { path: `dice-${dice}` });
        return ask(ctx, 'implementer', task.id);
      },
    },
    reviewer: {
      id: 'reviewer',
      type: 'reviewer',
      execute: ({ round }: AgentInput<'reviewer'>, ctx) => ask(ctx, 'reviewer', String(round)),
    },
    deployer: { id: 'deployer', type: 'deployer', execute: async () => ({ risk: 'low', reasons: ['simulated'] }) },
  } satisfies Record<string, Agent<never> | object>;
  return agents as unknown as Record<string, Agent>;
}
