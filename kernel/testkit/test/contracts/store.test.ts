import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Checkpoint, type ForgeEvent, forgeError, type Lease, type RunStore, type Vote } from '@forge/plugin-api';
import { describe, expect, test } from 'vitest';
import { failingCases, only, storeCases, storeContract } from '../../src/contracts/index.ts';
import { createMemoryRunStore } from '../../src/fakes/index.ts';

const keepsNothing = 'everything is there after closing and opening again, and fences go on';

storeContract({
  name: 'memory',
  create: () => ({ store: createMemoryRunStore() }),
  skip: { [keepsNothing]: 'it is gone with the process' },
});

/** A correct store but for what is replaced. */
type Fault = (store: RunStore) => Partial<RunStore>;

const wrong: readonly { readonly fault: string; readonly caughtBy: string; readonly make: Fault }[] = [
  {
    fault: 'lets anybody write who ever led',
    caughtBy: 'who lost the lease can change nothing',
    make: (store) => ({
      async append(lease: Lease, events, patch) {
        await store.append((await store.readLease(lease.runId)) ?? lease, events, patch);
      },
    }),
  },
  {
    fault: 'takes events with gaps',
    caughtBy: 'events with a gap between two are refused, all of them, and change nothing',
    make: (store) => ({
      async append(lease, events, patch) {
        for (const event of events) await store.append(lease, [event], patch).catch(() => undefined);
      },
    }),
  },
  {
    fault: 'keeps the first events of an append that it refuses',
    caughtBy: 'events with a broken link between two are refused, all of them, and change nothing',
    make: (store) => ({
      async append(lease, events, patch) {
        if (events.length === 0) await store.append(lease, [], patch);
        for (const event of events) await store.append(lease, [event], patch);
      },
    }),
  },
  {
    fault: 'applies appends in any order',
    caughtBy: 'many appends under way at once are applied in the order of the calls',
    make(store) {
      let calls = 0;
      return {
        async append(lease, events, patch) {
          if (calls++ % 7 === 3) await nextTurn();
          await store.append(lease, events, patch);
        },
      };
    },
  },
  {
    fault: 'begins with fence 1 after a release',
    caughtBy: 'fences grow by one with every acquisition, however the last one ended',
    make: (store) => ({
      acquireLease: async (runId, request) => ({ ...(await store.acquireLease(runId, request)), fence: 1 }),
    }),
  },
  {
    fault: 'looks whether a lease is free and takes it in two steps',
    caughtBy: 'of many that want one lease, one gets it',
    make: (store) => ({
      async acquireLease(runId, request) {
        const lease = await store.readLease(runId);
        if (lease === undefined || lease.expiresAt <= request.now || lease.owner.id === request.replace) {
          await nextTurn();
          const now = await store.readLease(runId);
          return store.acquireLease(runId, now === undefined ? request : { ...request, replace: now.owner.id });
        }
        return store.acquireLease(runId, request);
      },
    }),
  },
  {
    fault: 'replaces whoever holds the lease',
    caughtBy: 'only the named owner is replaced',
    make: (store) => ({
      async acquireLease(runId, request) {
        const holder = await store.readLease(runId);
        const replace = request.replace === undefined ? undefined : holder?.owner.id;
        return store.acquireLease(runId, { ...request, ...(replace === undefined ? {} : { replace }) });
      },
    }),
  },
  {
    fault: 'does not say who holds the lease',
    caughtBy: 'a held lease is refused, and the refusal names the owner',
    make: (store) => ({
      async acquireLease(runId, request) {
        return store.acquireLease(runId, request).catch(() => {
          throw forgeError('LEASE_HELD', 'held');
        });
      },
    }),
  },
  {
    fault: 'loses votes that come at once',
    caughtBy: 'votes are kept in their order, by whoever and however many at once, and decide nothing by themselves',
    make(store) {
      const votes = new Map<string, readonly Vote[]>();
      const seen = async (id: string) => {
        const request = await store.getRequest(id);
        const found = votes.get(id);
        return request && { ...request, ...(found === undefined ? {} : { votes: [...found] }) };
      };
      return {
        getRequest: seen,
        async addVote(id, vote) {
          const before = votes.get(id) ?? [];
          await nextTurn();
          votes.set(id, [...before, vote]);
          return (await seen(id)) as never;
        },
      };
    },
  },
  {
    fault: 'takes a vote for a decision',
    caughtBy: 'votes are kept in their order, by whoever and however many at once, and decide nothing by themselves',
    make: (store) => ({
      async addVote(id, vote) {
        await store.addVote(id, vote);
        return store.decideRequest(id, vote);
      },
    }),
  },
  {
    fault: 'lets the last decision count',
    caughtBy: 'the first decision counts',
    make(store) {
      const decisions = new Map<string, unknown>();
      return {
        async decideRequest(id, decision) {
          decisions.set(id, decision);
          const request = await store.getRequest(id);
          if (request === undefined) throw forgeError('REQUEST_NOT_FOUND', id);
          return { ...request, decision };
        },
        async getRequest(id) {
          const request = await store.getRequest(id);
          return request && { ...request, decision: decisions.get(id) as never };
        },
      };
    },
  },
  {
    fault: 'counts pages from the wrong end',
    caughtBy: 'a log is read in pages',
    make: (store) => ({
      readEvents: (runId, query = {}) =>
        store.readEvents(runId, { ...query, after: Math.max(0, (query.after ?? 0) - 1) }),
    }),
  },
  {
    fault: 'cuts a long log',
    caughtBy: 'a log of 3,000 events is read whole',
    make: (store) => ({ readEvents: (runId, query = {}) => store.readEvents(runId, { limit: 1000, ...query }) }),
  },
  {
    fault: 'cuts texts at NUL',
    caughtBy: 'every text comes back exactly',
    make: (store) => ({
      async readEvents(runId, query) {
        const text = JSON.stringify(await store.readEvents(runId, query));
        return JSON.parse(text.replaceAll(/\\u0000[^"\\]*/g, '')) as ForgeEvent[];
      },
    }),
  },
  {
    fault: 'loses requests when the run is deleted only in part',
    caughtBy: 'deleting a run removes all of it and nothing else',
    make(store) {
      const deleted = new Set<string>();
      return {
        async deleteRun(runId) {
          deleted.add(runId);
        },
        getRun: async (runId) => (deleted.has(runId) ? undefined : store.getRun(runId)),
      };
    },
  },
  {
    fault: 'lets checkpoints of one id pile up',
    caughtBy: 'a checkpoint takes the place of the one with the same id, in its own run',
    make() {
      const all: Checkpoint[] = [];
      return {
        async saveCheckpoint(_lease, checkpoint) {
          all.unshift(checkpoint);
        },
        listCheckpoints: async (runId) => all.filter((checkpoint) => checkpoint.runId === runId),
      };
    },
  },
  {
    fault: 'keeps the array that it was given as a blob',
    caughtBy: 'changing bytes after they were stored, or given out, changes no blob',
    make(store) {
      const kept = new Map<string, Uint8Array>();
      return {
        async putBlob(bytes) {
          const hash = await store.putBlob(bytes);
          kept.set(hash, bytes);
          return hash;
        },
        getBlob: async (hash) => kept.get(hash) ?? store.getBlob(hash),
      };
    },
  },
  {
    fault: 'collects nothing',
    caughtBy: 'garbage are the blobs that no event of any run refers to, old ones only',
    make: () => ({
      collectGarbage: async () => ({ blobs: 0, bytes: 0 }),
    }),
  },
  {
    fault: 'takes a blob away whose event is on its way',
    caughtBy: 'garbage are the blobs that no event of any run refers to, old ones only',
    make: (store) => ({
      collectGarbage: (request) => store.collectGarbage({ ...request, before: Number.MAX_SAFE_INTEGER }),
    }),
  },
  {
    fault: 'takes a blob away with the first of the runs that refer to it',
    caughtBy: 'garbage are the blobs that no event of any run refers to, old ones only',
    make(store) {
      const lost = new Set<string>();
      return {
        async deleteRun(runId) {
          for (const { payload } of await store.readEvents(runId)) lost.add((payload as { textBlob: string }).textBlob);
          await store.deleteRun(runId);
        },
        async getBlob(hash) {
          if (lost.has(hash)) throw forgeError('BLOB_NOT_FOUND', hash);
          return store.getBlob(hash);
        },
      };
    },
  },
  {
    fault: 'queues whatever begins with the same letters',
    caughtBy: 'an append queues its events for the webhooks that want them, and for no other',
    make: (store) => ({
      saveWebhook: (webhook) =>
        store.saveWebhook({ ...webhook, events: webhook.events.map((filter) => filter.replace(/prog$/, '*')) }),
    }),
  },
  {
    fault: 'tells again what a fork has inherited',
    caughtBy: 'of what a fork has inherited nobody is told, and of its own events everybody',
    make: (store) => ({
      append: (lease, events, patch) =>
        store.append(lease, events.map(({ inherited: _copied, ...event }) => event) as ForgeEvent[], patch),
    }),
  },
  {
    fault: 'switches a webhook on again with what came of its deliveries',
    caughtBy: 'what came of deliveries is marked beside all else, and not on a webhook that is switched off or gone',
    make: (store) => ({
      async markWebhook(id, mark) {
        const found = (await store.listWebhooks()).find((webhook) => webhook.id === id);
        if (found === undefined) return false;
        const { disabled: _disabled, failingSince: _since, ...rest } = found;
        await store.saveWebhook({ ...rest, ...mark });
        return true;
      },
    }),
  },
  {
    fault: 'queues only after it has appended, as it is by then',
    caughtBy: 'a webhook is told nothing of what was before it, nor of what happens while it is disabled',
    make(store) {
      let last: (() => Promise<void>) | undefined;
      return {
        append: async (lease, events, patch) => void (last = () => store.append(lease, events, patch)),
        async saveWebhook(webhook) {
          await store.saveWebhook(webhook);
          await last?.();
        },
      };
    },
  },
  {
    fault: 'gives a delivery to everybody who asks',
    caughtBy: 'what somebody has claimed nobody else gets, until the time is over',
    make: (store) => ({ claimDeliveries: (request) => store.claimDeliveries({ ...request, until: request.now }) }),
  },
  {
    fault: 'never gives a delivery again whose holder has died',
    caughtBy: 'what somebody has claimed nobody else gets, until the time is over',
    make: (store) => ({
      claimDeliveries: (request) => store.claimDeliveries({ ...request, until: Number.MAX_SAFE_INTEGER }),
    }),
  },
  {
    fault: 'lets a slow process take back that it was delivered',
    caughtBy: 'what is delivered or given up is not claimed again, and stays so',
    make: (store) => ({
      async settleDelivery(id, result) {
        await store.requeueDelivery(id, 0);
        await store.settleDelivery(id, result);
      },
    }),
  },
  {
    fault: 'forgets what waits when a webhook is saved',
    caughtBy: 'saving a webhook again changes it and keeps its deliveries',
    make: (store) => ({
      async saveWebhook(webhook) {
        await store.deleteWebhook(webhook.id);
        await store.saveWebhook(webhook);
      },
    }),
  },
  {
    fault: 'sends to a webhook that was switched off',
    caughtBy: 'nothing of a disabled webhook is claimed, and it waits until that is over',
    make: (store) => ({
      saveWebhook: ({ disabled: _disabled, ...webhook }) => store.saveWebhook(webhook),
    }),
  },
  {
    fault: 'remembers old tries of what is queued anew',
    caughtBy: 'a delivery is queued anew as if it had never been tried',
    make: (store) => ({
      claimDeliveries: async (request) =>
        (await store.claimDeliveries(request)).map((delivery) => ({ ...delivery, attempts: 9 })),
    }),
  },
  {
    fault: 'keeps nothing, but says nothing of it',
    caughtBy: keepsNothing,
    make: () => ({}),
  },
];

describe('the store contract catches a store that', () => {
  test.each(wrong)('$fault', async ({ make, caughtBy }) => {
    const failing = await failingCases(only(storeCases, caughtBy), () => {
      const store = createMemoryRunStore();
      return { store: { ...store, ...make(store) } };
    });
    expect(failing).toEqual([caughtBy]);
  });
});
