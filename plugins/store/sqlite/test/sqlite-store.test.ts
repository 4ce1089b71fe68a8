import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ForgeEvent, HumanRequest, Lease, LeaseOwner, RunStore } from '@forge/plugin-api';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createSqliteStore } from '../src/sqlite-store.ts';

function directory(): string {
  const folder = mkdtempSync(join(tmpdir(), 'forge-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function storeIn(folder: string): RunStore {
  let ids = 0;
  const store = createSqliteStore({ directory: folder, newId: () => `id-${ids++}` });
  onTestFinished(() => store.close());
  return store;
}

const odd = 'NUL \0, half \ud800, \u202e, 😀';
const run = (id = 'r1') => ({ id, task: odd, repository: '/home/é', branch: 'forge/x', createdAt: 1000.5 });
const owner = (id: string): LeaseOwner => ({ id, host: 'here', pid: 1 });
const acquire = (store: RunStore, runId = 'r1', id = 'p1', now = 0) =>
  store.acquireLease(runId, { owner: owner(id), ttlMs: 100, now });

const hashOf = (seq: number) => (seq === 0 ? '' : `hash-${seq}`);
const event = (seq: number, fields: Partial<ForgeEvent> = {}): ForgeEvent =>
  ({
    id: `e${seq}`,
    traceId: 'r1',
    seq,
    timestamp: 2000 + seq,
    type: 'agent.progress',
    source: 'kernel',
    payload: { message: odd },
    fence: 1,
    previousHash: hashOf(seq - 1),
    hash: hashOf(seq),
    ...fields,
  }) as ForgeEvent;
const request = (id: string, createdAt = 1): HumanRequest => ({
  id,
  runId: 'r1',
  kind: 'approval',
  title: odd,
  body: '',
  options: [],
  reason: 'deployment',
  subjectHash: 'h',
  createdAt,
});

async function started(folder = directory()): Promise<{ store: RunStore; lease: Lease }> {
  const store = storeIn(folder);
  await store.createRun(run());
  return { store, lease: await acquire(store) };
}

describe('the log', () => {
  test('the first event may follow whatever its writer begins with', async () => {
    const { store, lease } = await started();
    await store.append(lease, [event(1, { previousHash: 'of the run' })]);
    expect(await store.getRun('r1')).toMatchObject({ lastSeq: 1 });
  });

  test('reading pages through long logs', async () => {
    const { store, lease } = await started();
    const numbers = Array.from({ length: 2500 }, (_, index) => index + 1);
    await store.append(
      lease,
      numbers.map((seq) => event(seq)),
    );
    expect((await store.readEvents('r1')).map(({ seq }) => seq)).toEqual(numbers);
    expect((await store.readEvents('r1', { after: 2400, limit: 5 })).map(({ seq }) => seq)).toEqual([
      2401, 2402, 2403, 2404, 2405,
    ]);
    expect((await store.readEvents('r1', { limit: 1000 })).length).toBe(1000);
    expect(await store.readEvents('r1', { after: 2500 })).toEqual([]);
    expect(await store.readEvents('unknown')).toEqual([]);
  });
});

describe('a damaged log', () => {
  test.each([
    ['no UTF-8', 0xff],
    ['no JSON', 0x7b],
  ])('a byte that makes it %s is found, and the event named', async (_name, byte) => {
    const folder = directory();
    const { store, lease } = await started(folder);
    const numbers = [1, 2, 3, 4, 5];
    const marked = (seq: number) => event(seq, { rationale: `mark-${seq}` });
    await store.append(lease, numbers.map(marked));
    await store.close?.();
    const file = join(folder, 'runs.db');
    const bytes = readFileSync(file);
    const quote = bytes.indexOf('"mark-3"');
    expect(quote).toBeGreaterThan(0);
    bytes[quote] = byte;
    writeFileSync(file, bytes);
    const reopened = storeIn(folder);
    await expect(reopened.readEvents('r1')).rejects.toMatchObject({
      code: 'LOG_CORRUPT',
      details: { where: 'run r1, event 3' },
    });
    expect(await reopened.readEvents('r1', { limit: 2 })).toEqual([marked(1), marked(2)]);
  });
});

describe('leases', () => {
  test('of 20 that want one run, through two stores on one file, exactly one gets it', async () => {
    const folder = directory();
    const [first, second] = [storeIn(folder), storeIn(folder)];
    await first.createRun(run());
    const names = Array.from({ length: 20 }, (_, index) => `p${index}`);
    const settled = await Promise.allSettled(names.map((id, index) => acquire(index % 2 ? first : second, 'r1', id)));
    const losers = settled.filter((one) => one.status === 'rejected').map(({ reason }) => reason.code);
    expect(losers).toEqual(Array.from({ length: 19 }, () => 'LEASE_HELD'));
    await expect(acquire(first, 'r1', 'late')).rejects.toMatchObject({
      details: { fix: expect.stringMatching(/forge stop r1$/) },
    });
  });

  test('who lost the lease can change nothing', async () => {
    const folder = directory();
    const { store, lease } = await started(folder);
    await store.append(lease, [event(1)]);
    const successor = storeIn(folder);
    const next = await acquire(successor, 'r1', 'p2', 100);
    expect(next.fence).toBe(lease.fence + 1);
    const lost = { code: 'LEASE_LOST', details: { data: { fence: lease.fence } } };
    await expect(store.append(lease, [event(2)])).rejects.toMatchObject(lost);
    await expect(store.append(lease, [], { status: 'failed' })).rejects.toMatchObject(lost);
    await expect(store.renewLease(lease, { ttlMs: 1, now: 0 })).rejects.toMatchObject(lost);
    await expect(store.openRequest(lease, request('q'))).rejects.toMatchObject(lost);
    const checkpoint = { id: 'c', runId: 'r1', seq: 1, state: {}, createdAt: 1 };
    await expect(store.saveCheckpoint(lease, checkpoint)).rejects.toMatchObject(lost);
    await store.releaseLease(lease);
    expect(await store.readLease('r1')).toEqual(next);
    expect((await store.readEvents('r1')).length).toBe(1);
    expect(await store.getRun('r1')).toMatchObject({ status: 'running' });
  });

  test('an expired lease that nobody took still counts, a released one does not', async () => {
    const { store, lease } = await started();
    await store.append(lease, [event(1)]);
    expect(await store.renewLease(lease, { ttlMs: 50, now: 5000 })).toEqual({ ...lease, expiresAt: 5050 });
    await store.releaseLease(lease);
    expect(await store.readLease('r1')).toBeUndefined();
    await expect(store.append(lease, [event(2)])).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect((await acquire(store)).fence).toBe(2);
  });
});

describe('runs', () => {
  test('a stop can be asked for without a lease', async () => {
    const { store } = await started();
    await store.requestStop('r1');
    expect(await store.getRun('r1')).toMatchObject({ stopRequested: true });
    await expect(store.requestStop('r2')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  });
});

describe('requests and checkpoints', () => {
  test('the first decision counts, whoever is first', async () => {
    const folder = directory();
    const { store, lease } = await started(folder);
    await store.openRequest(lease, request('q'));
    const other = storeIn(folder);
    const decision = (by: string) => ({ approved: by === 'a', reason: odd, by, channel: 'test', at: 9 });
    const settled = await Promise.allSettled([
      store.decideRequest('q', decision('a')),
      other.decideRequest('q', decision('b')),
    ]);
    const won = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const lost = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []));
    expect(lost).toEqual(['REQUEST_DECIDED']);
    expect(won).toEqual([await other.getRequest('q')]);
    expect(won[0]?.decision).toEqual(decision(String(won[0]?.decision?.by)));
    await expect(store.decideRequest('none', decision('a'))).rejects.toMatchObject({ code: 'REQUEST_NOT_FOUND' });
  });
});

describe('blobs', () => {
  const bytes = new Uint8Array([0, 255, 0xed, 0xa0, 0x80]);

  test('the same bytes are one file, also when stored at once', async () => {
    const folder = directory();
    const store = storeIn(folder);
    const hashes = await Promise.all(Array.from({ length: 20 }, () => store.putBlob(bytes)));
    expect(new Set(hashes).size).toBe(1);
    const [hash = ''] = hashes;
    expect(await store.getBlob(hash)).toEqual(Buffer.from(bytes));
    expect(readdirSync(join(folder, 'blobs', hash.slice(0, 2)))).toEqual([hash]);
  });

  test('damage is found, and storing again repairs a cut file', async () => {
    const folder = directory();
    const store = storeIn(folder);
    const hash = await store.putBlob(bytes);
    writeFileSync(join(folder, 'blobs', hash.slice(0, 2), hash), 'cut');
    await expect(store.getBlob(hash)).rejects.toMatchObject({ code: 'LOG_CORRUPT' });
    await store.putBlob(bytes);
    expect(await store.getBlob(hash)).toEqual(Buffer.from(bytes));
  });

  test.each(['0'.repeat(64), '../runs.db', ''])('%j is BLOB_NOT_FOUND', async (hash) => {
    await expect(storeIn(directory()).getBlob(hash)).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' });
  });

  test('a folder that cannot be written is told, and nothing is left', async () => {
    const folder = directory();
    mkdirSync(join(folder, 'blobs'));
    const store = storeIn(folder);
    const hash = await store.putBlob(bytes);
    rmSync(join(folder, 'blobs'), { recursive: true });
    writeFileSync(join(folder, 'blobs'), 'a file');
    await expect(store.putBlob(bytes)).rejects.toMatchObject({ code: 'STORE_FAILED' });
    await expect(store.getBlob(hash)).rejects.toMatchObject({ code: 'STORE_FAILED' });
  });
});
