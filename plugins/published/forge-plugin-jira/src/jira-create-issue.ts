import { createHash } from 'node:crypto';
import { type Clock, defineTool, forgeError, z } from '@forge/plugin-api';
import { markdownToAdf } from 'marklassian';
import type { JiraClient } from './jira-client.ts';

const input = z.strictObject({
  summary: z.string().min(1).max(255),
  description: z.string().optional(),
  project: z.string().min(1).optional(),
  type: z.string().min(1).default('Task'),
  labels: z.array(z.string().regex(/^\S+$/, 'labels have no spaces')).default([]),
  parent: z.string().min(1).optional(),
});
const output = z.strictObject({ key: z.string(), url: z.string() });

/** Waits before a probe looks again: Jira's search sees a new issue only some seconds after it was filed. */
const indexDelaysMs = [5_000, 10_000];

/**
 * Files an issue once. Jira takes no idempotency key, so the issue carries one as a label: after a crash in the middle
 * of a call, `probe` looks for it.
 */
export function createIssueTool(client: JiraClient, clock: Clock, defaultProject: string | undefined) {
  return defineTool({
    name: 'jira_create_issue',
    description: `Files a Jira issue and gives its key. description: Markdown. type: Task (default), Bug, Story or another of the project. parent: key of an epic or of a subtask's issue.${
      defaultProject === undefined ? ' project: its key, needed.' : ` project: default ${defaultProject}.`
    } Search first whether it is there already.`,
    schema: { input, output },
    effect: 'once',
    describe: ({ summary }) => `filing a Jira issue: ${summary.replaceAll(/\s+/g, ' ').slice(0, 100)}`,
    async execute({ summary, description, project = defaultProject, type, labels, parent }, ctx) {
      if (project === undefined) {
        throw forgeError('TOOL_FAILED', 'No project is named', { fix: 'name the key of a project' });
      }
      const { key } = await client.createIssue(
        {
          project: { key: project },
          issuetype: { name: type },
          summary,
          labels: [...labels, labelOf(ctx.idempotencyKey)],
          ...(description === undefined ? {} : { description: markdownToAdf(description) }),
          ...(parent === undefined ? {} : { parent: { key: parent } }),
        },
        ctx.signal,
      );
      return { key, url: client.urlOf(key) };
    },
    async probe(idempotencyKey, { signal }) {
      const jql = `labels = "${labelOf(idempotencyKey)}"`;
      for (const delayMs of [0, ...indexDelaysMs]) {
        if (delayMs > 0) await clock.sleep(delayMs, signal);
        const [issue] = (await client.search({ jql, maxResults: 1 }, signal)).issues;
        if (issue !== undefined) return { done: true, output: { key: issue.key, url: client.urlOf(issue.key) } };
      }
      return { done: false };
    },
    render: ({ key, url }) => `filed ${key}: ${url}`,
  });
}

/** Keys are longer than a label may be nice to read, and hold slashes. */
function labelOf(idempotencyKey: string): string {
  return `forge-${createHash('sha256').update(idempotencyKey).digest('hex').slice(0, 16)}`;
}
