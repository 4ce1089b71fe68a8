import assert from 'node:assert/strict';
import type { ForgeEvent, Lease } from '@forge/plugin-api';
import { oddTexts } from '../odd-texts.ts';
import { refusal, rejection } from '../rejection.ts';
import { plain } from './run-cases.ts';
import { begun, eventsAfter, headOf, noEvents, sameLog, start, type StoreCase } from './store-subject.ts';

/** Events that do not follow two that are there, each for one reason. */
const misfits: readonly { readonly why: string; readonly events: (lease: Lease, log: ForgeEvent[]) => ForgeEvent[] }[] =
  [
    { why: 'a gap before the first', events: (lease, log) => eventsAfter({ ...headOf(log), seq: 3 }, lease, 1) },
    {
      why: 'a number that is there already',
      events: (lease, log) => eventsAfter({ ...headOf(log), seq: 1 }, lease, 1),
    },
    { why: 'another hash before the first', events: (lease) => eventsAfter({ seq: 2, hash: 'other' }, lease, 1) },
    {
      why: 'a gap between two',
      events: (lease, log) => eventsAfter(headOf(log), lease, 3).filter((_, index) => index !== 1),
    },
    {
      why: 'a broken link between two',
      events(lease, log) {
        const [first, second] = eventsAfter(headOf(log), lease, 2) as [ForgeEvent, ForgeEvent];
        return [first, { ...second, previousHash: 'other' }];
      },
    },
    { why: 'the wrong order', events: (lease, log) => eventsAfter(headOf(log), lease, 2).toReversed() },
  ];

export const eventCases: readonly StoreCase[] = [
  {
    name: 'events come back as they were, in order',
    async run({ store }) {
      const lease = await begun(store);
      const events = eventsAfter(noEvents, lease, 5);
      await store.append(lease, events.slice(0, 2));
      await store.append(lease, events.slice(2));
      sameLog(await store.readEvents('r1'), events);
    },
  },
  {
    name: 'what the first event follows is decided by who writes it',
    async run({ store }) {
      const lease = await begun(store);
      const events = eventsAfter({ seq: 0, hash: 'genesis:r1' }, lease, 2);
      await store.append(lease, events);
      sameLog(await store.readEvents('r1'), events);
    },
  },
  {
    name: 'the head moves with the events',
    async run({ store }) {
      const lease = await begun(store);
      const events = eventsAfter(noEvents, lease, 3);
      const patch = {
        status: 'parked',
        phase: 'testing',
        reason: 'a question',
        wakeAt: 5,
        costUsd: 0.1,
        tokens: 7,
      } as const;
      await store.append(lease, events, patch);
      const record = await store.getRun('r1');
      const head = { lastSeq: 3, lastHash: headOf(events).hash, updatedAt: start + 3 };
      assert.deepEqual(plain(record), { ...(plain(record) as object), ...patch, ...head });
    },
  },
  {
    name: 'a field that is patched to undefined is cleared, one that is not named stays',
    async run({ store }) {
      const lease = await begun(store);
      await store.append(lease, [], { status: 'parked', reason: 'a question', wakeAt: 5, phase: 'review' });
      await store.append(lease, [], { status: 'running', reason: undefined, wakeAt: undefined });
      const { status, reason, wakeAt, phase } = (await store.getRun('r1')) ?? {};
      assert.deepEqual(
        { status, reason, wakeAt, phase },
        {
          status: 'running',
          reason: undefined,
          wakeAt: undefined,
          phase: 'review',
        },
      );
    },
  },
  ...misfits.map(
    ({ why, events }): StoreCase => ({
      name: `events with ${why} are refused, all of them, and change nothing`,
      async run({ store }) {
        const lease = await begun(store);
        const log = eventsAfter(noEvents, lease, 2);
        await store.append(lease, log);
        const before = await store.getRun('r1');
        await refusal(store.append(lease, events(lease, log), { status: 'failed', tokens: 9 }), 'SEQUENCE_CONFLICT');
        assert.deepEqual(await store.getRun('r1'), before);
        sameLog(await store.readEvents('r1'), log);
        await store.append(lease, eventsAfter(headOf(log), lease, 1));
      },
    }),
  ),
  {
    name: 'events of another run are refused',
    async run({ store }) {
      const [lease, other] = [await begun(store, 'r1'), await begun(store, 'r2')];
      await rejection(store.append(lease, eventsAfter(noEvents, other, 1)));
      assert.deepEqual(await store.readEvents('r1'), []);
      assert.deepEqual(await store.readEvents('r2'), []);
    },
  },
  {
    name: 'many appends under way at once are applied in the order of the calls',
    async run({ store }) {
      const lease = await begun(store);
      const events = eventsAfter(noEvents, lease, 200);
      await Promise.all(events.map((event) => store.append(lease, [event], { tokens: event.seq })));
      sameLog(await store.readEvents('r1'), events);
      assert.equal((await store.getRun('r1'))?.tokens, 200);
    },
  },
  {
    name: 'runs written at once do not mix',
    async run({ store }) {
      const leases = await Promise.all(['r1', 'r2', 'r3'].map((id) => begun(store, id)));
      const logs = leases.map((lease) => eventsAfter(noEvents, lease, 50));
      await Promise.all(
        logs.flatMap((log, index) => log.map((event) => store.append(leases[index] as Lease, [event]))),
      );
      for (const [index, log] of logs.entries()) {
        sameLog(await store.readEvents(`r${index + 1}`), log);
      }
    },
  },
  {
    name: 'a refused append does not stop those that come after it',
    async run({ store }) {
      const lease = await begun(store);
      const [first, second] = eventsAfter(noEvents, lease, 2) as [ForgeEvent, ForgeEvent];
      const settled = await Promise.allSettled([
        store.append(lease, [second]),
        store.append(lease, [first]),
        store.append(lease, [second]),
      ]);
      assert.deepEqual(
        settled.map(({ status }) => status),
        ['rejected', 'fulfilled', 'fulfilled'],
      );
      assert.deepEqual(await store.readEvents('r1'), [first, second]);
    },
  },
  {
    name: 'a log is read in pages',
    async run({ store }) {
      const lease = await begun(store);
      const events = eventsAfter(noEvents, lease, 25);
      await store.append(lease, events);
      sameLog(await store.readEvents('r1', { after: 20 }), events.slice(20));
      sameLog(await store.readEvents('r1', { limit: 3 }), events.slice(0, 3));
      sameLog(await store.readEvents('r1', { after: 10, limit: 5 }), events.slice(10, 15));
      assert.deepEqual(await store.readEvents('r1', { after: 25 }), []);
      assert.deepEqual(await store.readEvents('r1', { after: 99, limit: 5 }), []);
    },
  },
  {
    name: 'a log of 3,000 events is read whole',
    async run({ store }) {
      const lease = await begun(store);
      const events = eventsAfter(noEvents, lease, 3000);
      await store.append(lease, events);
      sameLog(await store.readEvents('r1'), events);
    },
  },
  {
    name: 'every text comes back exactly',
    async run({ store }) {
      const lease = await begun(store);
      let log: ForgeEvent[] = [];
      for (const text of oddTexts) log = [...log, ...eventsAfter(headOf(log), lease, 1, text)];
      await store.append(lease, log, { reason: oddTexts[2] as string });
      sameLog(await store.readEvents('r1'), log);
      assert.equal((await store.getRun('r1'))?.reason, oddTexts[2]);
      for (const [index, task] of oddTexts.entries()) {
        const run = { id: `odd-${index}`, task, repository: task, branch: task, createdAt: start };
        assert.equal((await store.createRun(run)).task, task);
        const { repository, branch } = (await store.getRun(run.id)) ?? {};
        assert.deepEqual([repository, branch], [task, task]);
      }
    },
  },
  {
    name: 'every number comes back exactly',
    async run({ store }) {
      const lease = await begun(store);
      const [event] = eventsAfter(noEvents, lease, 1) as [ForgeEvent];
      const numbers = { costUsd: 0.1 + 0.2, tokensUsed: 2 ** 53 - 1, durationMs: 1e-9, timestamp: 1_700_000_000_000.5 };
      await store.append(lease, [{ ...event, ...numbers }], { costUsd: 0.1 + 0.2, tokens: 2 ** 53 - 1 });
      assert.deepEqual(await store.readEvents('r1'), [{ ...event, ...numbers }]);
      const { costUsd, tokens } = (await store.getRun('r1')) ?? {};
      assert.deepEqual([costUsd, tokens], [0.1 + 0.2, 2 ** 53 - 1]);
    },
  },
];
