import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startReceiver } from '@forge/testkit/contracts';
import { answer, byAgent, byTurn, callTool, startModelServer } from '@forge/testkit/model-server';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startJiraServer, token } from 'forge-plugin-jira/test-server';
import { answerAsSlack, slackMessage } from '@forge/webhook-slack/test-server';
import { type Project, project } from './project.ts';

const task = 'File what is left to do about logins';
const email = 'me@acme.example';
const basic = Buffer.from(`${email}:${token}`).toString('base64');
const apiKey = 'sk-ant-packaging-canary-0123456789';
const slackPath = '/services/T0/B0/packaging-canary-path';

/** As a person writes it: the receiver is on this machine, which has to be said. */
const config = `import { defineConfig } from '@forge/plugin-api';

export default defineConfig({
  // Ours.
  testing: { command: 'npm test' },
  webhooks: [{ use: 'slack', events: ['run.*', 'deployment.*'], url: { env: 'SLACK_WEBHOOK_URL' }, allowPrivate: true }],
});
`;

const script = byAgent({
  planner: byTurn([
    answer({
      summary: 'One issue',
      assessment: { score: 0.9, gaps: [] },
      assumptions: [],
      tasks: [{ id: 'issue', title: 'File it', goal: 'An issue, noted', files: [], dependencies: [], acceptance: [] }],
    }),
  ]),
  implementer: byTurn([
    callTool('jira_create_issue', { summary: 'Limit logins', description: 'They are **guessed**' }),
    callTool('fs_write', { path: 'todo.md', content: '- SHOP-1\n' }),
    answer({ summary: 'Filed SHOP-1', commit: { type: 'docs', subject: 'note what is left to do' } }),
  ]),
  reviewer: byTurn([answer({ approved: true, findings: [] })]),
});

export interface PackedPlugin {
  commandLine(): string;
  jira(): string;
}

/** The card's promise: a plugin that somebody published is added, works in a run, and Slack is told of the run. */
export function testAddedPlugin(archives: PackedPlugin): void {
  test('files an issue in a run of which Slack is told', { timeout: 4 * 60_000 }, async () => {
    const jira = await startJiraServer();
    const slack = await startReceiver(answerAsSlack);
    onTestFinished(() => slack.close());
    const model = await startModelServer({ script });
    onTestFinished(() => model.close());
    const user = await freshProject(archives.commandLine());
    setEnvironment({
      // The person's own configuration and trust play no part.
      XDG_CONFIG_HOME: join(user.folder, '.home/config'),
      XDG_STATE_HOME: join(user.folder, '.home/state'),
      ANTHROPIC_BASE_URL: model.url,
      ANTHROPIC_API_KEY: apiKey,
      JIRA_API_TOKEN: token,
      SLACK_WEBHOOK_URL: slack.url + slackPath,
    });

    const options = [`site=${jira.url}`, `email=${email}`, 'project=SHOP'].flatMap((option) => ['--option', option]);
    const added = await user.bin('forge', 'plugin', 'add', archives.jira(), '--yes', '--trust', ...options);
    expect(added.code, added.stderr).toBe(0);
    const knows = `${jira.url} knows the token as ${email}`;
    for (const shown of ['JIRA_API_TOKEN', 'tool jira_create_issue', 'is added', knows])
      expect(added.stdout + added.stderr).toContain(shown);
    await expectWritten(user, jira.url);
    await commit(user, 'chore: add the Jira plugin');

    const ran = await user.bin('forge', 'run', task, '--yes', '--json');
    expect(ran.code, ran.stderr + ran.stdout.slice(-2_000)).toBe(0);
    expect(model.complaints).toEqual([]);
    expect(jira.issues.map(({ fields }) => fields)).toMatchObject([
      { summary: 'Limit logins', project: { key: 'SHOP' }, description: { type: 'doc' } },
    ]);
    expect(jira.requests.map(({ path, authorization }) => [path, authorization])).toEqual([
      ['/rest/api/3/myself', `Basic ${basic}`],
      ['/rest/api/3/issue', `Basic ${basic}`],
    ]);
    expect(JSON.stringify(model.requests)).toContain(`filed SHOP-1: ${jira.url}/browse/SHOP-1`);
    expectToldInWords(slack.requests);

    for (const { stdout, stderr } of [added, ran]) {
      for (const secret of secrets) expect(stdout + stderr).not.toContain(secret);
    }
    const found = await user.run('grep', '-rlaF', ...secrets.flatMap((secret) => ['-e', secret]), '.');
    expect(found).toMatchObject({ code: 1, stdout: '' });
  });
}

const secrets = [token, basic, apiKey, slackPath];

/** A repository with a test of its own, and Forge from its archive. */
async function freshProject(commandLine: string): Promise<Project> {
  const user = await project({
    'package.json': JSON.stringify({ name: 'shop', private: true, type: 'module', scripts: { test: 'node --test' } }),
    'shop.test.js': "import { test } from 'node:test';\ntest('open', () => {});\n",
    '.gitignore': 'node_modules\n.home\n',
    'forge.config.ts': config,
  });
  onTestFinished(() => user.remove());
  const installed = await user.install('--save-dev', commandLine);
  expect(installed.code, installed.stderr).toBe(0);
  await user.run('git', 'init', '--quiet');
  await commit(user, 'feat: open the shop');
  return user;
}

async function commit(user: Project, message: string): Promise<void> {
  await user.run('git', 'add', '--all');
  const person = ['-c', 'user.name=Person', '-c', 'user.email=person@example.org'];
  expect(await user.run('git', ...person, 'commit', '--quiet', '--message', message)).toMatchObject({ code: 0 });
}

function setEnvironment(variables: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
}

/** What a colleague sees in the change: how it is used, and what was approved. */
async function expectWritten({ folder }: Project, site: string): Promise<void> {
  const written = await readFile(join(folder, 'forge.config.ts'), 'utf8');
  for (const kept of ['// Ours.', "use: 'slack'"]) expect(written).toContain(kept);
  for (const text of ['forge-plugin-jira', site, email]) expect(written).toContain(text);
  const lock = await readFile(join(folder, 'forge.plugins.lock'), 'utf8');
  expect(lock).toContain('forge-plugin-jira');
  // It gets a process of its own, and there what its manifest asks for.
  for (const text of [written, lock]) expect(text).not.toContain('inProcess');
  expect(JSON.stringify(JSON.parse(lock))).toContain('"secrets":["JIRA_API_TOKEN"]');
}

function expectToldInWords(requests: readonly { readonly path: string; readonly body: string }[]): void {
  expect(new Set(requests.map(({ path }) => path))).toEqual(new Set([slackPath]));
  const messages = requests.map(({ body }) => slackMessage.parse(JSON.parse(body)));
  const titles = messages.map(({ text }) => text);
  expect(titles).toEqual([`▶ Started: ${task}`, `🚀 Deployed (branch): ${task}`, `✔ Completed: ${task}`]);
  const completed = messages.find(({ text }) => text.startsWith('✔'));
  expect(completed?.blocks[0]).toMatchObject({ type: 'header' });
  expect(JSON.stringify(completed?.blocks)).toContain('1 file, +1 −0');
}
