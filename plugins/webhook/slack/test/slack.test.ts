import type { EventPayload, EventType, ForgeEvent, WebhookMessage } from '@forge/plugin-api';
import { startReceiver } from '@forge/testkit/contracts';
import { createPluginContext } from '@forge/testkit/fakes';
import { expect, onTestFinished, test } from 'vitest';
import plugin from '../src/index.ts';
import { answerAsSlack, slackMessage } from './slack-server.ts';

const run: WebhookMessage['run'] = {
  id: '01JRUN',
  task: 'Limit logins to five an hour',
  repository: '/home/ada/app',
  status: 'running',
  branch: 'forge/01JRUN-limit-logins',
  costUsd: 0.614,
  tokens: 61_000,
  createdAt: 1,
  updatedAt: 1,
  lastSeq: 1,
  lastHash: 'h',
  stopRequested: false,
};
const request: EventPayload<'request.opened'>['request'] = {
  id: '01JREQUEST',
  runId: run.id,
  kind: 'approval',
  title: 'Deliver the branch?',
  body: '2 files, risk low',
  options: [],
  reason: 'deployment',
  subjectHash: 'abc',
  createdAt: 1,
};
const change = {
  base: 'b',
  commit: 'c',
  branch: run.branch,
  files: [
    { path: 'src/limit.ts', added: 118, removed: 0 },
    { path: 'src/app.ts', added: 0, removed: 4 },
  ],
};

/** What Slack got, and what it answered. */
async function told<T extends EventType>(type: T, payload: EventPayload<T>, more: Partial<WebhookMessage> = {}) {
  const receiver = await startReceiver(answerAsSlack);
  onTestFinished(() => receiver.close());
  const { webhooks = [] } = await plugin.setup(createPluginContext());
  const around = { id: 'e', traceId: run.id, seq: 1, timestamp: 1, source: 'kernel', fence: 1 };
  const event = { ...around, previousHash: '', hash: '', type, payload } as unknown as ForgeEvent;
  const message = { id: 'm', url: receiver.url, headers: {}, secret: 's', event, run, allowPrivate: true, ...more };
  const receipt = await webhooks[0]?.send(message, { signal: new AbortController().signal });
  const [sent] = receiver.requests;
  return { receipt, message: sent === undefined ? undefined : slackMessage.parse(JSON.parse(sent.body)) };
}

const started = {
  branch: run.branch,
  budgetUsd: 2,
} as EventPayload<'run.started'>;

test.each<[EventType, EventPayload<EventType>, RegExp]>([
  ['run.started', started, /^▶ Started: Limit logins to five an hour$/],
  ['request.opened', { request }, /^✋ Needs you: Deliver the branch\?$/],
  ['run.parked', { reason: 'budget', detail: 'It has cost $2.00' }, /^✋ Needs you: Limit logins/],
  ['run.completed', { summary: 'Logins are limited', proof: '', change }, /^✔ Completed: Limit logins/],
  ['run.completed', { summary: '', proof: '' }, /^✔ Completed: Limit logins/],
  ['run.failed', { code: 'TESTS_FAILED', message: '2 tests fail' }, /^✖ Failed: Limit logins/],
  ['deployment.stage', { deployer: 'git-branch', stage: 'branch', location: 'forge/x' }, /^🚀 Deployed \(branch\): /],
  ['deployment.rolledback', { deployer: 'd', stage: 'canary', issues: ['errors'] }, /^✖ Rolled back \(canary\): /],
])('%s is told in words that Slack takes', async (type, payload, title) => {
  const { receipt, message } = await told(type, payload as never);
  expect(receipt).toEqual({ status: 200 });
  expect(message?.text).toMatch(title);
  expect(message?.blocks[0]).toMatchObject({ type: 'header', text: { text: expect.stringMatching(title) } });
});

test('what a run says is made no link of', async () => {
  const { message } = await told('run.failed', {
    code: 'X',
    message: 'see https://evil.example',
    fix: '#general',
  } as never);
  for (const block of message?.blocks ?? []) {
    if (block.type === 'section') expect(block.text).toMatchObject({ verbatim: true });
    if (block.type === 'context') expect(block.elements[0]).toMatchObject({ verbatim: true });
  }
  expect(message?.blocks.map(({ type }) => type)).toEqual(['header', 'section', 'context']);
});

test('nobody is told that they are needed where a rule decides at once', async () => {
  const { receipt, message } = await told('request.opened', { request, decidedBy: 'policy:--yes' });
  expect([receipt, message]).toEqual([undefined, undefined]);
});

test('a completed run says what it changed and cost', async () => {
  const { message } = await told('run.completed', { summary: 'Logins are limited', proof: '', change });
  const text = JSON.stringify(message);
  for (const fact of ['Logins are limited', run.branch, '2 files, +118 −4', '$0.61', '01JRUN'])
    expect(text).toContain(fact);
});

test('who is needed finds the way: a link where there is one, and the commands', async () => {
  const decideUrl = 'https://forge.example.org/decide/token';
  const { message } = await told('request.opened', { request }, { decideUrl });
  const { message: without } = await told('request.opened', { request });
  expect(message?.blocks).toContainEqual({
    type: 'actions',
    elements: [
      { type: 'button', style: 'primary', text: { type: 'plain_text', text: 'Look and decide' }, url: decideUrl },
    ],
  });
  expect(without?.blocks.map(({ type }) => type)).not.toContain('actions');
  for (const text of [message, without].map((one) => JSON.stringify(one)))
    expect(text).toContain('forge approve 01JREQUEST');
});

test.each<[EventType, object]>([
  ['llm.responded', {}],
  ['tool.result', {}],
  ['run.parked', { reason: 'approval', detail: 'Deliver?', requestId: '01JREQUEST' }],
  ['run.parked', { reason: 'stopped', detail: '' }],
])('%s is nothing that a channel has to read', async (type, payload) => {
  expect(await told(type, payload as never)).toEqual({ receipt: undefined, message: undefined });
});

test('what a model or a repository wrote makes no mention, no link and no markup, however long it is', async () => {
  const evil = '<!channel> <https://evil.example|click> & ';
  const { receipt, message } = await told(
    'run.completed',
    { summary: evil.repeat(500), proof: '' },
    { run: { ...run, task: evil.repeat(100) } },
  );
  expect(receipt).toEqual({ status: 200 });
  const markup = message?.blocks.filter(({ type }) => type !== 'header') ?? [];
  expect(JSON.stringify([markup, message?.text])).not.toMatch(/<[!h]/);
});

test('a transform has the last word', async () => {
  const body = { text: 'mine', blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'mine' } }] };
  expect((await told('run.failed', { code: 'X', message: 'y' }, { body })).message).toEqual(body);
});

test('what Slack does not take is told with its own word', async () => {
  const body = { text: 'mine', blocks: [{ type: 'sectoin' }] };
  await expect(told('run.failed', { code: 'X', message: 'y' }, { body })).rejects.toMatchObject({
    code: 'WEBHOOK_FAILED',
    details: { why: 'invalid_blocks' },
  });
});
