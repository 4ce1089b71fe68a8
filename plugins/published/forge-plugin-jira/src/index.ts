import { definePlugin } from '@forge/plugin-api';
import { checkAccess } from './check-access.ts';
import { createJiraClient } from './jira-client.ts';
import { createIssueTool } from './jira-create-issue.ts';
import { createSearchTool } from './jira-search.ts';
import { optionsSchema } from './options.ts';

export default definePlugin({
  options: optionsSchema,
  setup({ options, secret, clock }) {
    const client = createJiraClient({ ...options, token: secret('JIRA_API_TOKEN') || undefined });
    return {
      tools: [createSearchTool(client), createIssueTool(client, clock, options.project)],
      check: ({ signal }) => checkAccess(client, options, signal),
    };
  },
});
