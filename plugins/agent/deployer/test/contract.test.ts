import { deploymentInputSchema } from '@forge/plugin-api';
import { agentContract } from '@forge/testkit/contracts';
import { createAgentContext } from '@forge/testkit/fakes';
import { deployer } from '../src/deployer.ts';

agentContract({
  name: 'deployer',
  create: () => ({
    agent: deployer,
    input: deploymentInputSchema.parse({
      requirement: { task: 'Count logins' },
      plan: { summary: 'Count', assessment: { score: 1 }, tasks: [{ id: 'count', title: 'Count', goal: 'Count' }] },
      change: { base: 'b', commit: 'c', branch: 'f', files: [{ path: 'src/login.js', added: 9, removed: 1 }] },
      openFindings: [],
      tests: [],
      automationLevel: 1,
    }),
    context: () => createAgentContext(),
  }),
});
