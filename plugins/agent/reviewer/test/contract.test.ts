import { readFileSync } from 'node:fs';
import { reviewInputSchema } from '@forge/plugin-api';
import { agentContract } from '@forge/testkit/contracts';
import { createAgentContext } from '@forge/testkit/fakes';
import { answer, callTool } from '@forge/testkit/model-server';
import { createReviewer } from '../src/reviewer.ts';

const prompt = readFileSync(new URL('../prompts/reviewer.md', import.meta.url), 'utf8');
const tools = [{ name: 'look', description: 'Looks at a file', inputSchema: { type: 'object' } }];
const finding = { severity: 'medium', file: 'src/a.js', line: 1, quote: 'x = 1', message: 'x is 2' };

agentContract({
  name: 'reviewer',
  create: () => ({
    agent: createReviewer(prompt),
    input: reviewInputSchema.parse({
      requirement: { task: 'Count logins' },
      plan: {
        summary: 'Count',
        assessment: { score: 1 },
        tasks: [{ id: 'count', title: 'Count', goal: 'Count logins' }],
      },
      change: { base: 'b', commit: 'c', branch: 'f', files: [{ path: 'src/a.js', added: 1, removed: 0 }] },
      diff: '+x = 1',
      round: 1,
    }),
    context: () =>
      createAgentContext({
        tools,
        replies: [callTool('look', { path: 'src/a.js' }), answer({ approved: false, findings: [finding] })],
      }),
  }),
});
