import { defineTool, z } from '@forge/plugin-api';
import type { JiraClient, JiraIssue } from './jira-client.ts';

const input = z.strictObject({
  jql: z.string().min(1),
  limit: z.int().min(1).max(50).default(20),
  page: z.string().optional(),
});
const foundSchema = z.strictObject({
  key: z.string(),
  summary: z.string(),
  type: z.string(),
  status: z.string(),
  priority: z.string().optional(),
  assignee: z.string().optional(),
  updated: z.string().optional(),
  url: z.string(),
});
const output = z.strictObject({ issues: z.array(foundSchema), nextPage: z.string().optional() });

export function createSearchTool(client: JiraClient) {
  return defineTool({
    name: 'jira_search',
    description:
      'Finds Jira issues by JQL, such as: project = SHOP AND statusCategory != Done ORDER BY updated. limit: default 20, at most 50. page: what nextPage of the call before said.',
    schema: { input, output },
    effect: 'read',
    describe: ({ jql }) => `searching Jira: ${jql.replaceAll(/\s+/g, ' ').slice(0, 120)}`,
    async execute({ jql, limit, page }, { signal }) {
      const found = await client.search({ jql, maxResults: limit, nextPageToken: page }, signal);
      return {
        issues: found.issues.map((issue) => foundIssue(issue, client.urlOf(issue.key))),
        ...(found.nextPageToken ? { nextPage: found.nextPageToken } : {}),
      };
    },
    render({ issues, nextPage }) {
      if (issues.length === 0) return 'no issue fits';
      const lines = issues.map(
        ({ key, type, status, summary, assignee = 'nobody' }) => `${key} [${type}, ${status}, ${assignee}] ${summary}`,
      );
      return [...lines, ...(nextPage === undefined ? [] : [`more: page "${nextPage}"`])].join('\n');
    },
  });
}

function foundIssue({ key, fields }: JiraIssue, url: string): z.output<typeof foundSchema> {
  const { summary, issuetype, status, priority, assignee, updated } = fields;
  return {
    key,
    summary: summary ?? '',
    type: issuetype?.name ?? '?',
    status: status?.name ?? '?',
    ...(priority ? { priority: priority.name } : {}),
    ...(assignee ? { assignee: assignee.displayName } : {}),
    ...(updated ? { updated } : {}),
    url,
  };
}
