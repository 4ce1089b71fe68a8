import { implementationInputSchema } from '@forge/plugin-api';
import { agentContract, toolContract } from '@forge/testkit/contracts';
import { createAgentContext } from '@forge/testkit/fakes';
import { createAcpAgent } from '../src/acp-agent.ts';
import { promptTool, promptWorld } from './prompt-world.ts';

const plan = {
  summary: 'Count',
  assessment: { score: 1 },
  tasks: [{ id: 'count', title: 'Count logins.', goal: 'Count logins' }],
};
const output = { agent: 'scripted', message: 'Counted.', stopReason: 'end_turn', cost: 'unknown' };

agentContract({
  name: 'acp',
  create: () => ({
    agent: createAcpAgent(),
    input: implementationInputSchema.parse({ requirement: { task: 'Count logins' }, plan, task: plan.tasks[0] }),
    context: () => createAgentContext({ callTool: async () => ({ ok: true, output, text: 'Counted.' }) }),
  }),
});

toolContract({
  name: 'acp_prompt',
  create: () => {
    const { context, scripted } = promptWorld();
    const tool = promptTool(scripted("if (prompt === 'fail') process.exit(1); say('Done.');"));
    return { tool, context, input: { prompt: 'Do it' }, failing: { prompt: 'fail' } };
  },
});
