import type { InlinePlugin } from '@forge/core';
import {
  definePlugin,
  type ForgeError,
  forgeError,
  type ForgeEvent,
  type RunStore,
  type WebhookMessage,
} from '@forge/plugin-api';
import { expect, onTestFinished, test } from 'vitest';
import { createVirtualClock } from '../../src/fakes/index.ts';
import { startTestKernel } from '../../src/test-kernel/index.ts';

const start = 1_700_000_000_000;
const hour = 3_600_000;

/** What the receiver says to each try; undefined: it takes it. */
type Answer = (message: WebhookMessage, tries: number) => ForgeError | undefined | Promise<undefined>;

/** A kernel whose webhooks go to a receiver of this process, under a clock that is moved by hand. */
async function world(answer: Answer, names: readonly string[] = ['hook']) {
  const clock = createVirtualClock(start);
  const sent: string[] = [];
  const sender = {
    name: 'fake',
    async send(message: WebhookMessage) {
      sent.push(message.id);
      const error = await answer(message, sent.filter((id) => id === message.id).length);
      if (error !== undefined) throw error;
      return { status: 200 };
    },
  };
  const plugin: InlinePlugin = {
    manifest: {
      name: 'fake-webhook',
      version: '1.0.0',
      type: 'webhook',
      entry: './index.ts',
      provides: { webhooks: ['fake'] },
    },
    definition: definePlugin({ webhooks: [sender] }),
  };
  const webhooks = names.map((name) => ({
    name,
    events: ['agent.progress' as const],
    url: `https://${name}.example.org/`,
  }));
  const kernel = await startTestKernel({ clock, plugins: [plugin], config: { webhookSender: 'fake', webhooks } });
  onTestFinished(async () => {
    let closed = false;
    const closing = kernel.close().finally(() => (closed = true));
    while (!closed) await clock.advance(1_000);
    await closing;
  });
  const { webhooks: api } = kernel.forge;
  // From now on they are known to the store.
  await api.list();
  return { clock, api, sent, store: await kernel.forge.store(), log: kernel.log };
}

/** A run with so many events. */
async function happen(store: RunStore, runId: string, count: number): Promise<void> {
  await store.createRun({ id: runId, task: 't', repository: '/r', branch: 'b', createdAt: start });
  const lease = await store.acquireLease(runId, { owner: { id: 'o', host: 'h', pid: 1 }, ttlMs: 1, now: start });
  const events = Array.from({ length: count }, (_, index) => ({
    id: `${runId}-${index + 1}`,
    traceId: runId,
    seq: index + 1,
    timestamp: start,
    type: 'agent.progress',
    source: 'kernel',
    payload: { message: 'x' },
    fence: 1,
    previousHash: index === 0 ? '' : `h${index}`,
    hash: `h${index + 1}`,
  }));
  await store.append(lease, events as ForgeEvent[]);
}

const busy = (more: object = {}) => forgeError('WEBHOOK_FAILED', 'it answered 503', { transient: true, ...more });
const of = (sent: readonly string[], name: string) => sent.filter((id) => id.startsWith(name));

test('delivers what happened in order, once', async () => {
  const { store, api, sent } = await world(() => undefined);
  await happen(store, 'r1', 3);
  await api.deliver();
  await api.deliver();
  expect(sent).toEqual(['hook.r1.1', 'hook.r1.2', 'hook.r1.3']);
  expect((await api.list())[0]?.counts).toEqual({ delivered: 3, pending: 0, dead: 0 });
});

test('finds what happens in another process, without being told', async () => {
  const { store, api, clock, sent } = await world(() => undefined);
  await api.start();
  await happen(store, 'r1', 1);
  // The clock is a virtual one and the database is not: that takes the time that it takes.
  await expect.poll(() => clock.advance(100).then(() => sent), { timeout: 60_000, interval: 5 }).toEqual(['hook.r1.1']);
});

test('tries ten times, then gives up, until it is sent again', async () => {
  let works = false;
  const { store, api, clock, sent } = await world(() => (works ? undefined : busy({ why: 'too busy' })));
  await happen(store, 'r1', 1);
  for (let tries = 0; tries < 20; tries += 1) {
    await api.deliver();
    await clock.advance(7 * hour);
  }
  expect(sent.length).toBe(10);
  expect(await api.deliveries()).toMatchObject([{ state: 'dead', attempts: 10, outcome: 'it answered 503: too busy' }]);
  works = true;
  expect(await api.enable('hook')).toMatchObject({ counts: { dead: 1 } });
  expect(await api.replay({ webhookId: 'hook' })).toBe(1);
  await api.deliver();
  expect(await api.deliveries()).toMatchObject([{ state: 'delivered', attempts: 1, outcome: 'taken (200)' }]);
  await expect(api.replay({ deliveryIds: ['hook.r1.9'] })).rejects.toMatchObject({ code: 'DELIVERY_NOT_FOUND' });
  await expect(api.replay({ webhookId: 'nobody' })).rejects.toMatchObject({ code: 'WEBHOOK_NOT_FOUND' });
});

test('leaves a receiver in trouble alone, and no other', async () => {
  const { store, api, sent } = await world(({ id }) => (id.startsWith('bad') ? busy() : undefined), ['bad', 'good']);
  await happen(store, 'r1', 5);
  await api.deliver();
  expect([of(sent, 'bad').length, of(sent, 'good').length]).toEqual([1, 5]);
});

test('a silent receiver keeps no other waiting, and its try ends by itself', async () => {
  const silence: Answer = ({ id }) => (id.startsWith('bad') ? new Promise(() => {}) : undefined);
  const { store, api, clock, sent } = await world(silence, ['bad', 'good']);
  await happen(store, 'r1', 3);
  let done = false;
  const delivering = api.deliver().finally(() => (done = true));
  while (of(sent, 'good').length < 3) await clock.advance(0);
  expect(done).toBe(false);
  while (!done) await clock.advance(1_000);
  await delivering;
  expect(await api.deliveries({ webhookId: 'bad' })).toMatchObject([
    {},
    {},
    { state: 'pending', attempts: 1, outcome: 'The webhook "fake" took longer than 15 s' },
  ]);
});

test('410 switches a webhook off, with a notice; enabled again, it gets what waited', async () => {
  let gone = true;
  const wantsNoMore = forgeError('WEBHOOK_GONE', 'it wants no more (410)');
  const { store, api, sent, log } = await world(() => (gone ? wantsNoMore : undefined));
  await happen(store, 'r1', 3);
  await api.deliver();
  expect(sent.length).toBe(1);
  expect(await api.list()).toMatchObject([{ disabled: { by: 'forge', reason: 'it wants no more (410)' } }]);
  expect(log.map(({ message }) => message)).toContain('Webhook hook is switched off: it wants no more (410)');
  gone = false;
  await api.enable('hook');
  await api.deliver();
  expect(sent.slice(1)).toEqual(['hook.r1.2', 'hook.r1.3']);
});

test('one that takes nothing for three days is switched off, with a notice', async () => {
  const { store, api, clock, log } = await world(() => busy());
  const isOff = async () => (await api.list())[0]?.disabled !== undefined;
  for (let half = 0; half < 20 && !(await isOff()); half += 1) {
    await happen(store, `r${half}`, 1);
    for (let tries = 0; tries < 12; tries += 1) {
      await api.deliver();
      await clock.advance(hour);
    }
  }
  const [webhook] = await api.list();
  const reason = `it has taken nothing since ${new Date(start).toISOString()}`;
  expect(webhook).toMatchObject({ failingSince: start, disabled: { by: 'forge', reason } });
  expect((webhook?.disabled?.at ?? 0) - start).toBeGreaterThanOrEqual(72 * hour);
  expect(log.some(({ message }) => message.endsWith(reason))).toBe(true);
});

test('one that works again is not remembered as failing', async () => {
  const { store, api, clock } = await world((_, tries) => (tries === 1 ? busy() : undefined));
  await happen(store, 'r1', 1);
  await api.deliver();
  expect((await api.list())[0]?.failingSince).toBe(start);
  await clock.advance(hour);
  await api.deliver();
  expect((await api.list())[0]?.failingSince).toBeUndefined();
});

test('what a dead process had claimed comes again when its time is over', async () => {
  const { store, api, clock, sent } = await world(() => undefined);
  await happen(store, 'r1', 1);
  await store.claimDeliveries({ webhookId: 'hook', now: start, until: start + 30_000 });
  await api.deliver();
  expect(sent.length).toBe(0);
  await clock.advance(30_000);
  await api.deliver();
  expect(sent.length).toBe(1);
});

test('a switched off webhook is told nothing that happens meanwhile', async () => {
  const { store, api, sent } = await world(() => undefined);
  await api.disable('hook', 'ada', 'moves');
  await happen(store, 'r1', 1);
  await api.enable('hook');
  await happen(store, 'r2', 1);
  await api.deliver();
  expect(sent).toEqual(['hook.r2.1']);
});

test('webhooks made by a program: an expression is checked, one of the configuration cannot be removed', async () => {
  const { api, sent } = await world(() => undefined);
  const request = { url: 'https://new.example.org/path-secret', events: ['run.*'] };
  const made = await api.create({ ...request, transform: '{ text: payload.summary }' });
  expect(made).toMatchObject({ source: 'api', use: 'fake', url: 'https://new.example.org/[masked]' });
  expect(await api.test(made.id)).toBe('taken (200)');
  expect(sent[0]).toMatch(/^test\./);
  await expect(api.create({ ...request, id: made.id })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  await expect(api.create({ ...request, transform: '{ text: ' })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  await expect(api.create({ ...request, use: 'pigeon' })).rejects.toMatchObject({ code: 'CONTRIBUTION_NOT_FOUND' });
  await expect(api.remove('hook')).rejects.toMatchObject({ code: 'USAGE' });
  await api.remove(made.id);
  expect((await api.list()).map(({ id }) => id)).toEqual(['hook']);
});
