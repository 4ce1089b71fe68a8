import { createVirtualClock } from '@forge/testkit/fakes';
import { createJiraClient } from '../src/jira-client.ts';
import { createIssueTool } from '../src/jira-create-issue.ts';
import { createSearchTool } from '../src/jira-search.ts';
import { startJiraServer, token } from './jira-server.ts';

/** Both tools beside a server that has some issues. */
export async function jiraTools(access: { readonly email?: string; readonly token?: string | undefined } = {}) {
  const server = await startJiraServer();
  const clock = createVirtualClock();
  const client = createJiraClient({ site: server.url, email: 'me@acme.example', token, ...access });
  for (const summary of ['Limit logins', 'Log in twice', 'Log out']) {
    server.issues.push({
      key: `SHOP-${server.issues.length + 1}`,
      fields: { summary, labels: [], issuetype: { name: 'Bug' }, status: { name: 'Open' } },
    });
  }
  return { server, clock, search: createSearchTool(client), create: createIssueTool(client, clock, 'SHOP') };
}
