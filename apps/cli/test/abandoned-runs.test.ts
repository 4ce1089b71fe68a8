import type { Lease, RunRecord } from '@forge/plugin-api';
import { describe, expect, it } from 'vitest';
import { abandonedRuns } from '../src/abandoned-runs.ts';

const now = 1_000_000;
const world = {
  clock: { now: () => now, sleep: () => Promise.resolve() },
  hostName: 'here',
  processExists: (pid: number) => pid === 1,
};

function lease(host: string, pid: number, expiresAt: number): Lease {
  return { runId: 'run', owner: { id: 'o', host, pid }, fence: 1, expiresAt };
}

describe('an abandoned run', () => {
  it.each([
    ['has no lease', undefined, true],
    ['is led by a process that is gone', lease('here', 2, now + 1), true],
    ['has a lease that ran out', lease('here', 1, now), true],
    ['is not one that a living process leads', lease('here', 1, now + 1), false],
    ['is not one that another machine leads, whose processes cannot be seen', lease('there', 2, now + 1), false],
  ])('%s', async (_name, found, abandoned) => {
    const run = { id: 'run', status: 'running', lastSeq: 1 } as RunRecord;
    const store = {
      listRuns: ({ status }: { status?: readonly string[] } = {}) =>
        Promise.resolve(status?.includes('running') ? [run] : []),
      readLease: () => Promise.resolve(found),
    };
    expect(await abandonedRuns(store, world)).toEqual(abandoned ? [run] : []);
  });

  it('is not one that never began', async () => {
    const run = { id: 'run', status: 'running', lastSeq: 0 } as RunRecord;
    const store = { listRuns: () => Promise.resolve([run]), readLease: () => Promise.resolve(undefined) };
    expect(await abandonedRuns(store, world)).toEqual([]);
  });
});
