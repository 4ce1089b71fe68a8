import assert from 'node:assert/strict';
import type { ForgeEvent, Lease, RunStore, StoredWebhook } from '@forge/plugin-api';
import { refusal } from '../rejection.ts';
import { begun, eventsAfter, headOf, noEvents, start, type StoreCase } from './store-subject.ts';

const webhook = (id: string, ...events: string[]): StoredWebhook => ({
  id,
  events,
  source: 'configuration',
  createdAt: start,
});

/** An hour after all that happens here. */
const later = start + 3_600_000;
const claim = (store: RunStore, webhookId = 'hook', limit = 100, now = later) =>
  store.claimDeliveries({ webhookId, now, until: now + 1000, limit });
const seqs = (deliveries: readonly { readonly seq: number }[]) => deliveries.map(({ seq }) => seq);

/** A webhook for everything, and a run with so many events. */
async function queued(store: RunStore, count: number): Promise<{ readonly lease: Lease; readonly log: ForgeEvent[] }> {
  await store.saveWebhook(webhook('hook', '*'));
  const lease = await begun(store);
  const log = eventsAfter(noEvents, lease, count);
  await store.append(lease, log);
  return { lease, log };
}

const failed = {
  state: 'pending',
  attempts: 1,
  nextAt: later + 60_000,
  outcome: 'hooks.example.org answered 503',
} as const;
const delivered = { state: 'delivered', attempts: 1, nextAt: later, outcome: '200' } as const;
const dead = { state: 'dead', attempts: 9, nextAt: later, outcome: 'given up' } as const;

export const outboxCases: readonly StoreCase[] = [
  {
    name: 'an append queues its events for the webhooks that want them, and for no other',
    async run({ store }) {
      const filters: Record<string, readonly string[]> = {
        all: ['*'],
        exact: ['agent.progress'],
        prefix: ['agent.*'],
        several: ['run.failed', 'agent.progress', 'agent.*'],
        other: ['run.*', 'tests.ran'],
        shorter: ['agent.prog'],
        longer: ['agent.progress.*'],
        none: [],
      };
      for (const [id, events] of Object.entries(filters)) await store.saveWebhook(webhook(id, ...events));
      const lease = await begun(store);
      await store.append(lease, eventsAfter(noEvents, lease, 2));
      const found = await store.listDeliveries();
      const ids = ['all', 'exact', 'prefix', 'several'].flatMap((id) => [`${id}.r1.1`, `${id}.r1.2`]);
      assert.deepEqual(found.map(({ id }) => id).sort(), ids.sort());
      const { outcome, ...first } = found.find(({ id }) => id === 'all.r1.1') ?? {};
      assert.equal(outcome, undefined);
      assert.deepEqual(first, {
        id: 'all.r1.1',
        webhookId: 'all',
        runId: 'r1',
        seq: 1,
        createdAt: start + 1,
        state: 'pending',
        attempts: 0,
        nextAt: start + 1,
      });
    },
  },
  {
    name: 'of what a fork has inherited nobody is told, and of its own events everybody',
    async run({ store }) {
      await store.saveWebhook(webhook('hook', '*'));
      const lease = await begun(store);
      const own = eventsAfter(noEvents, lease, 1);
      const copies = eventsAfter(headOf(own), lease, 2).map((event) => ({ ...event, inherited: true as const }));
      const later = eventsAfter(headOf(copies), lease, 1);
      await store.append(lease, [...own, ...copies]);
      await store.append(lease, later);
      assert.deepEqual(seqs(await store.listDeliveries()).toReversed(), [1, 4]);
      assert.deepEqual(
        (await store.readEvents('r1')).map(({ inherited }) => inherited),
        [undefined, true, true, undefined],
      );
    },
  },
  {
    name: 'what came of deliveries is marked beside all else, and not on a webhook that is switched off or gone',
    async run({ store }) {
      const hook = { ...webhook('hook', '*'), target: { use: 'http', text: 'half \ud800' } };
      const off = { at: start, by: 'forge', reason: 'it is "gone"' };
      const now = async () => (await store.listWebhooks())[0];
      await store.saveWebhook(hook);
      assert.equal(await store.markWebhook('hook', { failingSince: start }), true);
      assert.deepEqual(await now(), { ...hook, failingSince: start });
      assert.equal(await store.markWebhook('hook', {}), true);
      assert.deepEqual(await now(), hook);
      assert.equal(await store.markWebhook('hook', { failingSince: start, disabled: off }), true);
      assert.deepEqual(await now(), { ...hook, failingSince: start, disabled: off });
      assert.equal(await store.markWebhook('hook', {}), false);
      assert.deepEqual(await now(), { ...hook, failingSince: start, disabled: off });
      const lease = await begun(store);
      await store.append(lease, eventsAfter(noEvents, lease, 1));
      assert.deepEqual(await store.listDeliveries(), []);
      assert.equal(await store.markWebhook('nobody', { failingSince: start }), false);
      assert.equal((await store.listWebhooks()).length, 1);
    },
  },
  {
    name: 'an append that is refused queues nothing',
    async run({ store }) {
      const { lease, log } = await queued(store, 1);
      const after = eventsAfter(headOf(log), lease, 3);
      await refusal(store.append(lease, after.slice(1)), 'SEQUENCE_CONFLICT');
      await refusal(store.append({ ...lease, fence: 9 }, after), 'LEASE_LOST');
      assert.equal((await store.listDeliveries()).length, 1);
    },
  },
  {
    name: 'a webhook is told nothing of what was before it, nor of what happens while it is disabled',
    async run({ store }) {
      const lease = await begun(store);
      const log = eventsAfter(noEvents, lease, 5);
      const off = { ...webhook('hook', '*'), disabled: { at: start, by: 'forge', reason: 'it is gone' } };
      for (const [index, state] of [undefined, webhook('hook', '*'), off, webhook('hook', '*')].entries()) {
        if (state !== undefined) await store.saveWebhook(state);
        await store.append(lease, log.slice(index, index + 1));
      }
      assert.deepEqual(seqs(await store.listDeliveries()), [4, 2]);
    },
  },
  {
    name: 'a webhook comes back as it was saved, the oldest first',
    async run({ store }) {
      const full: StoredWebhook = {
        ...webhook('b', 'run.*'),
        source: 'api',
        target: { url: 'https://example.org/\u2028' },
        disabled: { at: start, by: 'ada', reason: 'half \ud800' },
        failingSince: start,
      };
      await store.saveWebhook({ ...webhook('a', '*'), createdAt: start + 1 });
      await store.saveWebhook(full);
      assert.deepEqual(await store.listWebhooks(), [full, { ...webhook('a', '*'), createdAt: start + 1 }]);
    },
  },
  {
    name: 'saving a webhook again changes it and keeps its deliveries',
    async run({ store }) {
      await queued(store, 2);
      await store.saveWebhook({ ...webhook('hook', 'run.*'), failingSince: start });
      assert.deepEqual(await store.listWebhooks(), [{ ...webhook('hook', 'run.*'), failingSince: start }]);
      assert.deepEqual(seqs(await store.listDeliveries()), [2, 1]);
    },
  },
  {
    name: 'deliveries are claimed oldest first, as many as are asked for',
    async run({ store }) {
      await queued(store, 5);
      assert.deepEqual(seqs(await store.claimDeliveries({ webhookId: 'hook', now: later, until: later + 1 })), [1]);
      assert.deepEqual(seqs(await claim(store, 'hook', 3)), [2, 3, 4]);
      assert.deepEqual(await claim(store, 'another'), []);
    },
  },
  {
    name: 'what somebody has claimed nobody else gets, until the time is over',
    async run({ store }) {
      await queued(store, 2);
      assert.deepEqual(seqs(await claim(store)), [1, 2]);
      assert.deepEqual(await claim(store, 'hook', 100, later + 999), []);
      assert.deepEqual(seqs(await claim(store, 'hook', 100, later + 1000)), [1, 2]);
    },
  },
  {
    name: 'of many that claim at once, one gets each delivery',
    async run({ store }) {
      await queued(store, 20);
      const claims = await Promise.all(Array.from({ length: 10 }, () => claim(store, 'hook', 3)));
      const all = claims.flatMap(seqs);
      assert.equal(new Set(all).size, all.length);
      assert.equal(all.length, 20);
    },
  },
  {
    name: 'what was tried in vain comes again at its time, and says how often and why',
    async run({ store }) {
      await queued(store, 1);
      const [first] = await claim(store);
      await store.settleDelivery('hook.r1.1', failed);
      assert.deepEqual(await claim(store, 'hook', 1, failed.nextAt - 1), []);
      assert.deepEqual(await claim(store, 'hook', 1, failed.nextAt), [{ ...first, ...failed }]);
    },
  },
  {
    name: 'what is delivered or given up is not claimed again, and stays so',
    async run({ store }) {
      await queued(store, 2);
      await claim(store);
      await store.settleDelivery('hook.r1.1', delivered);
      await store.settleDelivery('hook.r1.2', dead);
      for (const id of ['hook.r1.1', 'hook.r1.2']) await store.settleDelivery(id, failed);
      assert.deepEqual(await claim(store, 'hook', 100, later * 2), []);
      assert.deepEqual(
        (await store.listDeliveries()).map(({ state, outcome }) => [state, outcome]),
        [
          ['dead', 'given up'],
          ['delivered', '200'],
        ],
      );
    },
  },
  {
    name: 'nothing of a disabled webhook is claimed, and it waits until that is over',
    async run({ store }) {
      await queued(store, 1);
      await store.saveWebhook({ ...webhook('hook', '*'), disabled: { at: start, by: 'ada', reason: 'later' } });
      assert.deepEqual(await claim(store), []);
      await store.saveWebhook(webhook('hook', '*'));
      assert.deepEqual(seqs(await claim(store)), [1]);
    },
  },
  {
    name: 'a delivery is queued anew as if it had never been tried',
    async run({ store }) {
      await queued(store, 1);
      await claim(store);
      await store.settleDelivery('hook.r1.1', dead);
      assert.equal(await store.requeueDelivery('hook.r1.1', later + 5), true);
      assert.deepEqual(await claim(store, 'hook', 1, later + 4), []);
      const [{ state, attempts } = {}] = await claim(store, 'hook', 1, later + 5);
      assert.deepEqual([state, attempts], ['pending', 0]);
      assert.equal(await store.requeueDelivery('hook.r1.7', later), false);
    },
  },
  {
    name: 'deliveries are listed newest first, and counted',
    async run({ store }) {
      await store.saveWebhook(webhook('other', 'agent.*'));
      await queued(store, 3);
      await store.settleDelivery('hook.r1.2', dead);
      assert.deepEqual(seqs(await store.listDeliveries({ webhookId: 'hook' })), [3, 2, 1]);
      assert.deepEqual(seqs(await store.listDeliveries({ webhookId: 'hook', state: 'pending', limit: 1 })), [3]);
      assert.deepEqual(seqs(await store.listDeliveries({ state: 'dead' })), [2]);
      const counts = (await store.countDeliveries()).map((one) => `${one.webhookId} ${one.state} ${one.count}`);
      assert.deepEqual(counts.sort(), ['hook dead 1', 'hook pending 2', 'other pending 3']);
    },
  },
  {
    name: 'deleting a webhook removes what it has not been told, and nothing else',
    async run({ store }) {
      await store.saveWebhook(webhook('other', '*'));
      await queued(store, 1);
      await store.deleteWebhook('hook');
      await store.deleteWebhook('nobody');
      assert.deepEqual(
        (await store.listWebhooks()).map(({ id }) => id),
        ['other'],
      );
      assert.deepEqual(
        (await store.listDeliveries()).map(({ id }) => id),
        ['other.r1.1'],
      );
      assert.equal((await store.readEvents('r1')).length, 1);
    },
  },
  {
    name: 'deleting a run removes what webhooks have not been told of it',
    async run({ store }) {
      await queued(store, 1);
      const other = await begun(store, 'r2');
      await store.append(other, eventsAfter(noEvents, other, 1));
      await store.deleteRun('r1');
      assert.deepEqual(
        (await store.listDeliveries()).map(({ id }) => id),
        ['hook.r2.1'],
      );
    },
  },
];
