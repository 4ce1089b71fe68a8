import { readFileSync } from 'node:fs';
import { implementationInputSchema } from '@forge/plugin-api';
import { agentContract } from '@forge/testkit/contracts';
import { createAgentContext } from '@forge/testkit/fakes';
import { answer, callTool } from '@forge/testkit/model-server';
import { createImplementer } from '../src/implementer.ts';

const prompt = (name: string) => readFileSync(new URL(`../prompts/${name}.md`, import.meta.url), 'utf8');
const tools = [{ name: 'look', description: 'Looks at a file', inputSchema: { type: 'object' } }];
const plan = {
  summary: 'Count',
  assessment: { score: 1 },
  tasks: [{ id: 'count', title: 'Count', goal: 'Count logins' }],
};
const result = { summary: 'Counted', commit: { type: 'feat', subject: 'count logins' } };

agentContract({
  name: 'implementer',
  create: () => ({
    agent: createImplementer({ system: prompt('implementer'), conflict: prompt('conflict') }),
    input: implementationInputSchema.parse({ requirement: { task: 'Count logins' }, plan, task: plan.tasks[0] }),
    context: () =>
      createAgentContext({
        tools,
        replies: [callTool('look', { path: 'src/login.js' }), answer({ summary: 'no commit' }), answer(result)],
      }),
  }),
});
