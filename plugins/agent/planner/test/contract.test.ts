import { readFileSync } from 'node:fs';
import { planningInputSchema } from '@forge/plugin-api';
import { agentContract } from '@forge/testkit/contracts';
import { createAgentContext } from '@forge/testkit/fakes';
import { answer, callTool } from '@forge/testkit/model-server';
import { createPlanner } from '../src/planner.ts';

const prompt = readFileSync(new URL('../prompts/planner.md', import.meta.url), 'utf8');
const tools = [{ name: 'look', description: 'Looks at a file', inputSchema: { type: 'object' } }];
const input = {
  requirement: { task: 'Count logins' },
  project: { files: ['src/login.js'], fileCount: 1, languages: { js: 1 }, manifests: {} },
};
const plan = {
  summary: 'Count',
  assessment: { score: 1 },
  tasks: [{ id: 'count', title: 'Count', goal: 'Count logins' }],
};
const question = { question: 'By name?', why: 'It decides the key.', options: ['yes', 'no'], assumption: 'yes' };

agentContract({
  name: 'planner, a clear requirement',
  create: () => ({
    agent: createPlanner(prompt),
    input: planningInputSchema.parse(input),
    context: () => createAgentContext({ tools, replies: [callTool('look', { path: 'src/login.js' }), answer(plan)] }),
  }),
});

agentContract({
  name: 'planner, a requirement that has to be asked about',
  create: () => ({
    agent: createPlanner(prompt),
    input: planningInputSchema.parse(input),
    context: () =>
      createAgentContext({
        replies: [answer({ ...plan, assessment: { score: 0.4 }, questions: [question] }), answer(plan)],
        answers: [{ answer: '2', by: 'person' }],
      }),
  }),
});
