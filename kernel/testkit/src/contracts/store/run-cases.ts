import assert from 'node:assert/strict';
import type { RunStore } from '@forge/plugin-api';
import { refusal } from '../rejection.ts';
import {
  begun,
  decision,
  eventsAfter,
  lead,
  newRun,
  noEvents,
  request,
  type StoreCase,
  start,
} from './store-subject.ts';

const ids = async (store: RunStore, query?: Parameters<RunStore['listRuns']>[0]) =>
  (await store.listRuns(query)).map(({ id }) => id);

export const runCases: readonly StoreCase[] = [
  {
    name: 'a new run is running, has no events and costs nothing',
    async run({ store }) {
      const expected = {
        ...newRun('r1'),
        status: 'running',
        costUsd: 0,
        tokens: 0,
        updatedAt: start,
        lastSeq: 0,
        lastHash: '',
        stopRequested: false,
      };
      assert.deepEqual(plain(await store.createRun(newRun('r1'))), expected);
      assert.deepEqual(plain(await store.getRun('r1')), expected);
      assert.deepEqual(await store.readEvents('r1'), []);
    },
  },
  {
    name: 'a run is created once',
    async run({ store }) {
      await store.createRun(newRun('r1'));
      await refusal(store.createRun({ ...newRun('r1'), task: 'another' }), 'RUN_EXISTS');
      assert.equal((await store.getRun('r1'))?.task, 'limit logins');
    },
  },
  {
    name: 'of many that create one run, one does',
    async run({ store }) {
      const settled = await Promise.allSettled(Array.from({ length: 10 }, () => store.createRun(newRun('r1'))));
      assert.equal(settled.filter(({ status }) => status === 'fulfilled').length, 1);
    },
  },
  {
    name: 'what is not there is undefined or empty',
    async run({ store }) {
      assert.equal(await store.getRun('r1'), undefined);
      assert.equal(await store.readLease('r1'), undefined);
      assert.equal(await store.getRequest('q1'), undefined);
      assert.deepEqual(await store.readEvents('r1'), []);
      assert.deepEqual(await store.listRuns(), []);
      assert.deepEqual(await store.listRequests(), []);
      assert.deepEqual(await store.listCheckpoints('r1'), []);
      await store.deleteRun('r1');
    },
  },
  {
    name: 'runs are listed newest first, in pages, by status',
    async run({ store }) {
      for (const id of ['r3', 'r1', 'r4', 'r2']) await store.createRun(newRun(id));
      assert.deepEqual(await ids(store), ['r4', 'r3', 'r2', 'r1']);
      assert.deepEqual(await ids(store, { limit: 2 }), ['r4', 'r3']);
      assert.deepEqual(await ids(store, { limit: 2, before: 'r3' }), ['r2', 'r1']);
      assert.deepEqual(await ids(store, { before: 'r1' }), []);
      await store.append(await lead(store, 'r3'), [], { status: 'completed' });
      assert.deepEqual(await ids(store, { status: ['completed'] }), ['r3']);
      assert.deepEqual(await ids(store, { status: ['running', 'completed'], limit: 2 }), ['r4', 'r3']);
      assert.deepEqual(await ids(store, { status: ['failed'] }), []);
    },
  },
  {
    name: 'a list without a limit has 50 runs',
    async run({ store }) {
      for (let number = 100; number < 160; number++) await store.createRun(newRun(`r${number}`));
      const listed = await ids(store);
      assert.equal(listed.length, 50);
      assert.equal(listed[0], 'r159');
    },
  },
  {
    name: 'deleting a run removes all of it and nothing else',
    async run({ store }) {
      for (const id of ['r1', 'r2']) {
        const lease = await begun(store, id);
        await store.append(lease, eventsAfter(noEvents, lease, 2));
        await store.openRequest(lease, request(`q-${id}`, id));
        await store.saveCheckpoint(lease, { id: `c-${id}`, runId: id, seq: 2, state: {}, createdAt: start });
      }
      await store.deleteRun('r1');
      assert.equal(await store.getRun('r1'), undefined);
      assert.equal(await store.readLease('r1'), undefined);
      assert.deepEqual(await store.readEvents('r1'), []);
      assert.deepEqual(await store.listCheckpoints('r1'), []);
      assert.equal(await store.getRequest('q-r1'), undefined);
      assert.deepEqual(await ids(store), ['r2']);
      assert.equal((await store.readEvents('r2')).length, 2);
      assert.equal((await store.listRequests()).length, 1);
      assert.equal((await store.listCheckpoints('r2')).length, 1);
    },
  },
  {
    name: 'who led a deleted run can write nothing',
    async run({ store }) {
      const lease = await begun(store);
      await store.deleteRun('r1');
      await refusal(store.append(lease, eventsAfter(noEvents, lease, 1)), 'LEASE_LOST');
      assert.equal(await store.getRun('r1'), undefined);
    },
  },
  {
    name: 'a stop is asked for without a lease, and the owner can take it back',
    async run({ store }) {
      const lease = await begun(store);
      await store.requestStop('r1');
      assert.equal((await store.getRun('r1'))?.stopRequested, true);
      await store.append(lease, eventsAfter(noEvents, lease, 1), { stopRequested: false });
      assert.equal((await store.getRun('r1'))?.stopRequested, false);
    },
  },
  {
    name: 'what was given out or taken in can be changed without changing the store',
    async run({ store }) {
      const lease = await begun(store);
      const events = eventsAfter(noEvents, lease, 1);
      const asked = { ...request('q1'), decision: undefined };
      await store.append(lease, events);
      await store.openRequest(lease, asked);
      await store.decideRequest('q1', decision('ada'));
      const state = { nested: { value: 1 } };
      await store.saveCheckpoint(lease, { id: 'c1', runId: 'r1', seq: 1, state, createdAt: start });
      const look = async () =>
        plain([
          await store.getRun('r1'),
          await store.readEvents('r1'),
          await store.getRequest('q1'),
          await store.listCheckpoints('r1'),
          await store.readLease('r1'),
        ]);
      const before = await look();
      const given = [
        await store.getRun('r1'),
        await store.readEvents('r1'),
        await store.getRequest('q1'),
        state,
        events,
      ];
      for (const value of given) spoil(value);
      for (const value of [await store.listCheckpoints('r1'), await store.readLease('r1')]) spoil(value);
      assert.deepEqual(await look(), before);
    },
  },
];

/** Without the fields that are undefined, which may be there or not. */
export function plain(value: unknown): unknown {
  return value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown);
}

/** Changes whatever can be changed in it. */
function spoil(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, part] of Object.entries(value)) {
    spoil(part);
    Reflect.set(value, key, 'spoiled');
  }
}
