import { toolContract } from '@forge/testkit/contracts';
import { createToolContext } from '@forge/testkit/fakes';
import { skillRead } from './start.ts';

toolContract({
  name: 'skill_read',
  create: async () => ({
    tool: await skillRead(),
    context: createToolContext({ workspace: '/nowhere' }),
    input: { skill: 'pdf' },
    failing: { skill: 'none' },
  }),
});
