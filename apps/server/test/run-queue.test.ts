import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@forge/core';
import { expect, it, onTestFinished } from 'vitest';
import { createHosts } from '../src/hosts.ts';
import { createRunQueue, type RunQueueDeps } from '../src/runs/run-queue.ts';
import { createWorkFiles } from '../src/runs/work-files.ts';
import { createStateFolder } from '../src/state/state-folder.ts';

const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const clock = systemClock;
const repository = { id: 'shop', path: '/shop', addedAt: 0 };

it('does not take up a cancelled run again when the server dies before that has stopped', async () => {
  const path = mkdtempSync(join(tmpdir(), 'forge-queue-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  let stops = 0;
  const forge = {
    store: async () => ({ getRun: async () => undefined }),
    // Its step in flight never ends.
    engine: async () => ({ start: async () => ({ stop: () => (stops += 1), finished: new Promise(() => {}) }) }),
  };
  const queue = createRunQueue({
    hosts: { borrow: async () => ({ forge, release: () => {} }) },
    repositories: { find: () => repository },
    files: createWorkFiles(createStateFolder(path), { clock, log }),
    clock,
    log,
    most: 2,
  } as unknown as RunQueueDeps);
  const work = (id: string) => ({
    id,
    repositoryId: repository.id,
    start: { requirement: { task: id, constraints: [], acceptanceCriteria: [], images: [] }, planOnly: false },
    approve: false,
    settings: {},
    acceptedAt: 0,
    recoveries: 0,
    lastSeq: 0,
  });
  await Promise.all(['wanted', 'unwanted'].map((id) => queue.accept(work(id))));
  expect(await queue.cancel('unwanted')).toBe(true);
  expect(stops).toBe(1);

  // Another process finds what the dead one left.
  const found = await createWorkFiles(createStateFolder(path), { clock, log }).recover(async () => undefined);
  expect(found.map(({ id }) => id)).toEqual(['wanted']);
});

it('closes the host of a repository that cannot be listened to', async () => {
  let closed = 0;
  const forge = {
    bus: async () => Promise.reject(new Error('there is no bus')),
    close: async () => void (closed += 1),
  };
  const hosts = createHosts({ open: async () => forge as never, stampOf: () => '', clock, onFault: () => {} });
  await expect(hosts.of(repository)).rejects.toThrow('there is no bus');
  expect(closed).toBe(1);
  await hosts.close();
});
