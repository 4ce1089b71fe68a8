import { type ForgeError, forgeError, type RunStore, type StoredWebhook } from '@forge/plugin-api';
import { expect, it } from 'vitest';
import { createCourier } from '../../src/webhooks/courier.ts';
import { systemClock } from '../../src/world/system-clock.ts';
import { silent } from '../support/open.ts';

const hook: StoredWebhook = { id: 'hook', events: ['*'], source: 'configuration', createdAt: 0 };
const off = { at: 1, by: 'ada', reason: 'too loud' };

/** A store with one delivery, in which a person switches the webhook off as soon as the courier has looked at it. */
function world(before: StoredWebhook, answer: ForgeError | undefined) {
  let stored = before;
  let settled = false;
  const delivery = { id: 'hook.r1.1', webhookId: 'hook', runId: 'r1', seq: 1, createdAt: 0, attempts: 0, nextAt: 0 };
  const store = {
    listWebhooks: async () => {
      const found = stored;
      // The lanes are chosen first; what came of a delivery is judged after it is settled.
      if (settled) stored = { ...stored, disabled: off };
      return [found];
    },
    claimDeliveries: async () => (settled ? [] : [{ ...delivery, state: 'pending' as const }]),
    settleDelivery: async () => void (settled = true),
    readEvents: async () => [{ type: 'agent.progress' }],
    getRun: async () => ({ id: 'r1' }),
    saveWebhook: async (webhook: StoredWebhook) => void (stored = webhook),
    markWebhook: async (_id: string, mark: Partial<StoredWebhook>) => {
      if (stored.disabled !== undefined) return false;
      stored = { ...stored, ...mark };
      return true;
    },
  } as unknown as RunStore;
  const told: string[] = [];
  const courier = createCourier({
    store,
    clock: systemClock,
    log: silent,
    random: () => 0,
    mask: (text) => text,
    sender: async () => ({
      name: 'fake',
      send: async () => {
        if (answer !== undefined) throw answer;
        return { status: 200 };
      },
    }),
    transforms: { run: async () => undefined, close: async () => {} } as never,
    secretOf: async () => 'whsec_',
    decideUrl: async () => undefined,
    targetOf: () => ({ id: 'hook', use: 'fake', url: 'https://a.example', headers: {}, missing: [] }) as never,
    onSwitchedOff: async ({ id }) => void told.push(id),
  });
  return { courier, told, now: () => stored };
}

it.each<[string, StoredWebhook, ForgeError | undefined]>([
  ['it is well again', { ...hook, failingSince: 5 }, undefined],
  ['it begins to fail', hook, forgeError('WEBHOOK_FAILED', 'it answered 503', { transient: true })],
  ['it is gone', hook, forgeError('WEBHOOK_GONE', 'it answered 410')],
])('who switches a webhook off has the last word when the courier finds that %s', async (_name, before, answer) => {
  const { courier, told, now } = world(before, answer);
  await courier.deliver();
  expect(now().disabled).toEqual(off);
  expect(told).toEqual([]);
});
