import { toolContract } from '@forge/testkit/contracts';
import { createToolContext } from '@forge/testkit/fakes';
import { jiraTools } from './jira-tools.ts';

const context = createToolContext({ workspace: '/nowhere' });

toolContract({
  name: 'jira_search',
  create: async () => ({
    tool: (await jiraTools()).search,
    context,
    input: { jql: 'project = SHOP', limit: 2 },
    failing: { jql: 'nonsense' },
  }),
});

toolContract({
  name: 'jira_create_issue',
  create: async () => ({
    tool: (await jiraTools()).create,
    context,
    input: { summary: 'Limit logins', description: '# Why\n\n- they are guessed' },
    failing: { summary: 'Limit logins', project: 'NONE' },
  }),
});
