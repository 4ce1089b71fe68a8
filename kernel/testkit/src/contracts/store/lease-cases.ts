import assert from 'node:assert/strict';
import { leaseOwnerSchema, type LeaseOwner } from '@forge/plugin-api';
import { refusal } from '../rejection.ts';
import {
  begun,
  eventsAfter,
  headOf,
  newRun,
  noEvents,
  owner,
  request,
  sameLog,
  type StoreCase,
  start,
} from './store-subject.ts';

const wanted = (who: LeaseOwner, now = start) => ({ owner: who, ttlMs: 1000, now });

export const leaseCases: readonly StoreCase[] = [
  {
    name: 'a free run can be led, and everybody can see by whom and until when',
    async run({ store }) {
      await store.createRun(newRun('r1'));
      assert.equal(await store.readLease('r1'), undefined);
      const lease = await store.acquireLease('r1', wanted(owner('one')));
      assert.deepEqual(lease, { runId: 'r1', owner: owner('one'), fence: lease.fence, expiresAt: start + 1000 });
      assert.deepEqual(await store.readLease('r1'), lease);
    },
  },
  {
    name: 'a run that is not there cannot be led',
    async run({ store }) {
      await refusal(store.acquireLease('r1', wanted(owner('one'))), 'RUN_NOT_FOUND');
    },
  },
  {
    name: 'a held lease is refused, and the refusal names the owner',
    async run({ store }) {
      const lease = await begun(store);
      const error = await refusal(store.acquireLease('r1', wanted(owner('two'), start + 999)), 'LEASE_HELD');
      assert.deepEqual(leaseOwnerSchema.parse(error.details.data), owner('one'));
      assert.deepEqual(await store.readLease('r1'), lease);
    },
  },
  {
    name: 'of many that want one lease, one gets it',
    async run({ store }) {
      await store.createRun(newRun('r1'));
      const names = Array.from({ length: 20 }, (_, index) => `p${index}`);
      const settled = await Promise.allSettled(names.map((name) => store.acquireLease('r1', wanted(owner(name)))));
      const leases = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
      assert.equal(leases.length, 1);
      assert.deepEqual(await store.readLease('r1'), leases[0]);
    },
  },
  {
    name: 'fences grow by one with every acquisition, however the last one ended',
    async run({ store }) {
      const first = await begun(store);
      const second = await store.acquireLease('r1', wanted(owner('two'), first.expiresAt));
      await store.releaseLease(second);
      const third = await store.acquireLease('r1', wanted(owner('three')));
      const fourth = await store.acquireLease('r1', { ...wanted(owner('four')), replace: 'three' });
      const fences = [first, second, third, fourth].map(({ fence }) => fence - first.fence);
      assert.deepEqual(fences, [0, 1, 2, 3]);
    },
  },
  {
    name: 'an expired lease can be taken, one that has a millisecond left cannot',
    async run({ store }) {
      const lease = await begun(store);
      await refusal(store.acquireLease('r1', wanted(owner('two'), lease.expiresAt - 1)), 'LEASE_HELD');
      const next = await store.acquireLease('r1', wanted(owner('two'), lease.expiresAt));
      assert.equal(next.owner.id, 'two');
    },
  },
  {
    name: 'only the named owner is replaced',
    async run({ store }) {
      await begun(store);
      await refusal(store.acquireLease('r1', { ...wanted(owner('two')), replace: 'nine' }), 'LEASE_HELD');
      const next = await store.acquireLease('r1', { ...wanted(owner('two')), replace: 'one' });
      assert.deepEqual(await store.readLease('r1'), next);
    },
  },
  {
    name: 'of many that replace one owner, one does',
    async run({ store }) {
      await begun(store);
      const names = Array.from({ length: 20 }, (_, index) => `p${index}`);
      const settled = await Promise.allSettled(
        names.map((name) => store.acquireLease('r1', { ...wanted(owner(name)), replace: 'one' })),
      );
      assert.equal(settled.filter(({ status }) => status === 'fulfilled').length, 1);
    },
  },
  {
    name: 'renewing moves the end and keeps the fence',
    async run({ store }) {
      const lease = await begun(store);
      const renewed = await store.renewLease(lease, { ttlMs: 500, now: start + 900 });
      assert.deepEqual(renewed, { ...lease, expiresAt: start + 1400 });
      assert.deepEqual(await store.readLease('r1'), renewed);
      await refusal(store.acquireLease('r1', wanted(owner('two'), start + 1399)), 'LEASE_HELD');
    },
  },
  {
    name: 'a lease that expired and was not taken still counts',
    async run({ store }) {
      const lease = await begun(store);
      await store.append(lease, eventsAfter(noEvents, lease, 1));
      const renewed = await store.renewLease(lease, { ttlMs: 500, now: start + 5000 });
      assert.equal(renewed.expiresAt, start + 5500);
    },
  },
  {
    name: 'a released run is free',
    async run({ store }) {
      await store.releaseLease(await begun(store));
      assert.equal(await store.readLease('r1'), undefined);
      assert.equal((await store.acquireLease('r1', wanted(owner('two')))).owner.id, 'two');
    },
  },
  {
    name: 'who lost the lease can change nothing',
    async run({ store }) {
      const lost = await begun(store);
      const written = eventsAfter(noEvents, lost, 1);
      await store.append(lost, written);
      const lease = await store.acquireLease('r1', { ...wanted(owner('two')), replace: 'one' });
      const before = await store.getRun('r1');
      const checkpoint = { id: 'c1', runId: 'r1', seq: 1, state: {}, createdAt: start };

      await refusal(store.append(lost, eventsAfter(headOf(written), lost, 1)), 'LEASE_LOST');
      await refusal(store.append(lost, [], { status: 'failed' }), 'LEASE_LOST');
      await refusal(store.renewLease(lost, { ttlMs: 1000, now: start }), 'LEASE_LOST');
      await refusal(store.openRequest(lost, request('q1')), 'LEASE_LOST');
      await refusal(store.saveCheckpoint(lost, checkpoint), 'LEASE_LOST');
      await store.releaseLease(lost);

      assert.deepEqual(await store.readLease('r1'), lease);
      assert.deepEqual(await store.getRun('r1'), before);
      assert.equal((await store.readEvents('r1')).length, 1);
      assert.equal(await store.getRequest('q1'), undefined);
      assert.deepEqual(await store.listCheckpoints('r1'), []);
    },
  },
  {
    name: 'a lease taken while appends are under way lets none of the late ones in',
    async run({ store }) {
      const lease = await begun(store);
      const events = eventsAfter(noEvents, lease, 40);
      const appends = events.slice(0, 20).map((event) => store.append(lease, [event]));
      const taken = store.acquireLease('r1', { ...wanted(owner('two')), replace: 'one' });
      const late = events.slice(20).map((event) => store.append(lease, [event]));
      const settled = await Promise.allSettled([...appends, ...late]);
      await taken;
      const stored = await store.readEvents('r1');
      const resolved = settled.filter(({ status }) => status === 'fulfilled').length;
      assert.equal(stored.length, resolved, 'an append resolved exactly when its event is in the log');
      sameLog(stored, events.slice(0, resolved));
      await refusal(store.append(lease, eventsAfter(headOf(stored), lease, 1)), 'LEASE_LOST');
    },
  },
  {
    name: 'leases of different runs have nothing to do with each other',
    async run({ store }) {
      const [first, second] = [await begun(store, 'r1'), await begun(store, 'r2')];
      await store.acquireLease('r1', { ...wanted(owner('two')), replace: 'one' });
      await store.append(second, eventsAfter(noEvents, second, 1));
      await refusal(store.append(first, eventsAfter(noEvents, first, 1)), 'LEASE_LOST');
    },
  },
];
