import { createHmac } from 'node:crypto';
import type { ForgeEvent } from '@forge/plugin-api';
import { type ReceiverAnswer, startReceiver } from '@forge/testkit/contracts';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startWorld } from './support/real-server.ts';

vi.setConfig({ testTimeout: 240_000 });

const allowed = { flags: { server: { privateWebhookHosts: ['127.0.0.1'] } } };
const patient = { timeout: 60_000, interval: 50 };

async function receiver(answer: () => ReceiverAnswer = () => ({ status: 200 })) {
  const started = await startReceiver(answer);
  onTestFinished(() => started.close());
  return started;
}

test('a webhook made over the API is told of runs from then on, as its expression says, signed', async () => {
  const { client } = await startWorld(allowed);
  const told = await receiver();
  const { secret, ...made } = await client.webhooks.create({
    id: 'chat',
    url: `${told.url}/path-canary`,
    events: ['run.*'],
    headers: { authorization: 'Bearer header-canary' },
    transform: '{ what: type, text: payload.requirement.task }',
  });
  expect(made).toMatchObject({ id: 'chat', source: 'api', use: 'http', url: `${told.url}/[masked]` });
  const { id } = await client.runs.start({ task: 'Write a greeting', planOnly: true });
  await client.runs.follow(id, { onEvent: () => {} });
  await vi.waitFor(async () => expect((await client.webhooks.get('chat')).counts.delivered).toBe(2), patient);
  expect(told.requests.map(({ body }) => JSON.parse(body) as unknown)).toEqual([
    { what: 'run.started', text: 'Write a greeting' },
    { what: 'run.completed', text: null },
  ]);
  for (const { body, headers, path } of told.requests) {
    expect([path, headers.authorization]).toEqual(['/path-canary', 'Bearer header-canary']);
    const signed = [headers['webhook-id'], headers['webhook-timestamp'], body].join('.');
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
    expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
  }
  // A secret is told once, an address never.
  const shown = [await client.webhooks.list(), await client.webhooks.deliveries('chat'), await client.audit()];
  expect(JSON.stringify(shown)).not.toMatch(/canary|whsec_/);
  const asked = (await client.audit()).items.map(({ action }) => action);
  expect(asked).toContain('createWebhook');
});

test('what a receiver refused is kept, and sent again when somebody says so', async () => {
  let works = false;
  const { client } = await startWorld(allowed);
  const flaky = await receiver(() => ({ status: works ? 200 : 410 }));
  const { id: webhook } = await client.webhooks.create({ url: flaky.url, events: ['run.started'] });
  const { id } = await client.runs.start({ task: 'Write a greeting', planOnly: true });
  await client.runs.follow(id, { onEvent: () => {} });
  await vi.waitFor(async () => {
    expect(await client.webhooks.get(webhook)).toMatchObject({ disabled: { by: 'forge' }, counts: { dead: 1 } });
  }, patient);
  const events = (await client.runs.events(id)).items as readonly ForgeEvent[];
  // The run may be over by then; while it is under way, its log has it.
  expect(events.filter(({ type }) => type === 'webhook.disabled').length).toBeLessThanOrEqual(1);
  works = true;
  const [delivery] = (await client.webhooks.deliveries(webhook, { state: 'dead' })).items;
  expect(delivery).toMatchObject({ runId: id, seq: 1, state: 'dead' });
  await expect(client.webhooks.replay(webhook, { deliveries: ['other.1.2'] })).rejects.toMatchObject({
    code: 'DELIVERY_NOT_FOUND',
  });
  expect(await client.webhooks.replay(webhook)).toEqual({ queued: 1 });
  expect((await client.webhooks.enable(webhook)).disabled).toBeUndefined();
  await vi.waitFor(async () => expect((await client.webhooks.get(webhook)).counts.delivered).toBe(1), patient);
  expect(await client.webhooks.disable(webhook, { reason: 'moves' })).toMatchObject({ disabled: { reason: 'moves' } });
  await client.webhooks.delete(webhook);
  await expect(client.webhooks.get(webhook)).rejects.toMatchObject({ code: 'WEBHOOK_NOT_FOUND' });
});

test.each([
  ['http://127.0.0.1:1/'],
  ['http://localhost:1/'],
  ['http://169.254.169.254/latest/meta-data/'],
  ['http://[::1]:1/'],
  ['http://0x7f.1/'],
])('no request makes the server call %s', async (url) => {
  const { client } = await startWorld();
  const { id } = await client.webhooks.create({ url, events: ['*'] });
  await expect(client.webhooks.test(id)).rejects.toMatchObject({ code: 'WEBHOOK_FORBIDDEN' });
});

test.each([
  ['an event that there is not', { url: 'https://example.org', events: ['run.finished' as never] }],
  ['an address that is none', { url: 'file:///etc/passwd', events: ['*' as const] }],
  ['an expression that is none', { url: 'https://example.org', events: ['*' as const], transform: '{ text: ' }],
  ['code', { url: 'https://example.org', events: ['*' as const], transform: '(event) => event' }],
])('%s is refused', async (_, body) => {
  const { client } = await startWorld();
  await expect(client.webhooks.create(body)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  expect((await client.webhooks.list()).items).toEqual([]);
});

test('a server that starts delivers what an earlier one could not', async () => {
  let works = false;
  const first = await startWorld(allowed);
  const flaky = await receiver(() => ({ status: works ? 200 : 503 }));
  const { id: webhook } = await first.client.webhooks.create({ url: flaky.url, events: ['run.started'] });
  const { id } = await first.client.runs.start({ task: 'Write a greeting', planOnly: true });
  await first.client.runs.follow(id, { onEvent: () => {} });
  await flaky.asked;
  await first.server.close();
  works = true;
  const { client } = await first.restart();
  await vi.waitFor(async () => expect((await client.webhooks.get(webhook)).counts.delivered).toBe(1), patient);
});
