import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { ForgeEvent } from '@forge/plugin-api';
import { refusal } from '../rejection.ts';
import {
  begun,
  decision,
  eventsAfter,
  lead,
  noEvents,
  owner,
  request,
  sameLog,
  start,
  type StoreCase,
} from './store-subject.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const everyByte = Uint8Array.from({ length: 256 }, (_, index) => index);

/** The result of a tool whose text is a blob. */
function withBlob(runId: string, hash: string, seq = 1): ForgeEvent {
  const lease = { runId, owner: owner('one'), fence: 1, expiresAt: 0 };
  const event = eventsAfter(noEvents, lease, seq).at(-1);
  const payload = { ordinal: 1, tool: 'shell', ok: true, text: '', textBlob: hash };
  return { ...event, type: 'tool.result', payload } as ForgeEvent;
}

export const keepingCases: readonly StoreCase[] = [
  {
    name: 'checkpoints are listed newest first, with their state as it was',
    async run({ store }) {
      const lease = await begun(store);
      const state = (seq: number) => ({ seq, text: 'NUL \0', list: [1, null, { deep: true }] });
      for (const seq of [1, 2, 3]) {
        await store.saveCheckpoint(lease, {
          id: `c${seq}`,
          runId: 'r1',
          seq,
          state: state(seq),
          createdAt: start + seq,
        });
      }
      const expected = [3, 2, 1].map((seq) => ({
        id: `c${seq}`,
        runId: 'r1',
        seq,
        state: state(seq),
        createdAt: start + seq,
      }));
      assert.deepEqual(await store.listCheckpoints('r1'), expected);
      assert.deepEqual(await store.listCheckpoints('r2'), []);
    },
  },
  {
    name: 'a checkpoint takes the place of the one with the same id, in its own run',
    async run({ store }) {
      const [lease, other] = [await begun(store), await begun(store, 'r2')];
      const checkpoint = (runId: string, id: string, seq: number) => ({
        id,
        runId,
        seq,
        state: { runId, seq },
        createdAt: start + seq,
      });
      await store.saveCheckpoint(other, checkpoint('r2', 'c1', 7));
      await store.saveCheckpoint(lease, checkpoint('r1', 'c1', 1));
      await store.saveCheckpoint(lease, checkpoint('r1', 'c2', 2));
      await store.saveCheckpoint(lease, checkpoint('r1', 'c1', 3));
      assert.deepEqual(await store.listCheckpoints('r1'), [checkpoint('r1', 'c1', 3), checkpoint('r1', 'c2', 2)]);
      assert.deepEqual(await store.listCheckpoints('r2'), [checkpoint('r2', 'c1', 7)]);
    },
  },
  {
    name: 'a blob is named by the SHA-256 of its bytes and comes back whole',
    async run({ store }) {
      const large = Uint8Array.from({ length: 3_000_000 }, (_, index) => (index * 7) % 251);
      for (const bytes of [new Uint8Array(), everyByte, large]) {
        const hash = await store.putBlob(bytes);
        assert.equal(hash, sha256(bytes));
        assert.equal(sha256(await store.getBlob(hash)), hash);
      }
    },
  },
  {
    name: 'the same bytes have the same name, also when many store them at once',
    async run({ store }) {
      const hashes = await Promise.all(Array.from({ length: 10 }, () => store.putBlob(everyByte)));
      assert.equal(new Set(hashes).size, 1);
      assert.deepEqual(Uint8Array.from(await store.getBlob(hashes[0] as string)), everyByte);
    },
  },
  {
    name: 'a blob that is not there, or has no name of a blob, is not found',
    async run({ store }) {
      await refusal(store.getBlob(sha256(everyByte)), 'BLOB_NOT_FOUND');
      for (const name of ['', '../../etc/passwd', 'xyz']) await refusal(store.getBlob(name), 'BLOB_NOT_FOUND');
    },
  },
  {
    name: 'changing bytes after they were stored, or given out, changes no blob',
    async run({ store }) {
      const bytes = Uint8Array.from(everyByte);
      const hash = await store.putBlob(bytes);
      bytes.fill(0);
      (await store.getBlob(hash)).fill(0);
      assert.deepEqual(Uint8Array.from(await store.getBlob(hash)), everyByte);
    },
  },
  {
    name: 'garbage are the blobs that no event of any run refers to, old ones only',
    async run({ store }) {
      const bytes = [1, 2, 3].map((byte) => Uint8Array.of(byte, byte));
      const [mine, shared, nobodys] = (await Promise.all(bytes.map((each) => store.putBlob(each)))) as [
        string,
        string,
        string,
      ];
      await store.append(await begun(store, 'r1'), [withBlob('r1', mine), withBlob('r1', shared, 2)]);
      await store.append(await begun(store, 'r2'), [withBlob('r2', shared)]);
      const there = async () => {
        const found = await Promise.allSettled([mine, shared, nobodys].map((hash) => store.getBlob(hash)));
        return found.map(({ status }) => status === 'fulfilled');
      };
      const ever = Number.MAX_SAFE_INTEGER;
      assert.deepEqual({ ...(await store.collectGarbage({ before: 0 })) }, { blobs: 0, bytes: 0 });
      assert.deepEqual(await there(), [true, true, true]);
      assert.deepEqual({ ...(await store.collectGarbage({ before: ever, compact: true })) }, { blobs: 1, bytes: 2 });
      assert.deepEqual(await there(), [true, true, false]);
      await store.deleteRun('r1');
      await store.collectGarbage({ before: ever });
      assert.deepEqual(await there(), [false, true, false]);
      assert.equal(await store.putBlob(Uint8Array.of(3, 3)), nobodys);
      assert.deepEqual(await there(), [false, true, true]);
    },
  },
  {
    name: 'everything is there after closing and opening again, and fences go on',
    async run({ store, reopen }) {
      assert.ok(reopen, 'a store that keeps nothing skips this case');
      await store.saveWebhook({ id: 'hook', events: ['*'], source: 'configuration', createdAt: start });
      const lease = await begun(store);
      const events = eventsAfter(noEvents, lease, 3);
      await store.append(lease, events, { phase: 'review' });
      await store.openRequest(lease, request('q1'));
      await store.decideRequest('q1', decision('ada'));
      await store.saveCheckpoint(lease, { id: 'c1', runId: 'r1', seq: 3, state: { a: 1 }, createdAt: start });
      const hash = await store.putBlob(everyByte);
      const record = await store.getRun('r1');

      const again = await reopen();
      sameLog(await again.readEvents('r1'), events);
      assert.deepEqual(await again.getRun('r1'), record);
      assert.deepEqual(await again.readLease('r1'), lease);
      assert.equal((await again.getRequest('q1'))?.decision?.by, 'ada');
      assert.equal((await again.listCheckpoints('r1')).length, 1);
      assert.equal((await again.listDeliveries({ webhookId: 'hook', state: 'pending' })).length, 3);
      assert.deepEqual(Uint8Array.from(await again.getBlob(hash)), everyByte);
      await again.releaseLease(lease);
      assert.equal((await lead(again, 'r1')).fence, lease.fence + 1);
    },
  },
];
