import type { RunRecord, StoredRequest } from '@forge/plugin-api';
import { expect, it } from 'vitest';
import { runsToResume } from '../src/runs-to-resume.ts';

const now = 1_000_000;
const world = {
  clock: { now: () => now, sleep: () => Promise.resolve() },
  hostName: 'here',
  processExists: () => false,
};

it.each([
  ['goes on when its time has come', { wakeAt: now }, false, true],
  ['does not before', { wakeAt: now + 1 }, false, false],
  ['goes on before its time when its request was decided', { wakeAt: now + 1 }, true, true],
  ['waits for its request without a time', {}, false, false],
  ['goes on when its request was decided', {}, true, true],
])('a parked run %s', async (_name, { wakeAt }: { wakeAt?: number }, isDecided, isReady) => {
  const run = { id: 'r', status: 'parked', lastSeq: 1, wakeAt } as RunRecord;
  const parked = { type: 'run.parked', payload: { requestId: 'q' } };
  const store = {
    listRuns: ({ status }: { status?: readonly string[] } = {}) =>
      Promise.resolve(status?.includes('parked') ? [run] : []),
    readLease: () => Promise.resolve(undefined),
    readEvents: () => Promise.resolve([parked as never]),
    getRequest: () => Promise.resolve({ ...(isDecided ? { decision: {} } : {}) } as StoredRequest),
  };
  expect(await runsToResume(store, world)).toEqual(isReady ? [run] : []);
});
