import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withLock } from '../lock.mjs';

let folder: string;
let lock: string;
const silent = () => {};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'forge-lock-'));
  lock = join(folder, 'lock');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('only one at a time does the work, and nothing is left behind', async () => {
  let atWork = 0;
  let most = 0;
  const turns: number[] = [];
  const take = (turn: number) =>
    withLock(lock, { onWait: silent, pace: { beat: 1, silence: 60_000 } }, async (scratch) => {
      atWork += 1;
      most = Math.max(most, atWork);
      for (const name of ['a', 'b', 'c', 'd', 'e']) await writeFile(join(scratch, name), '');
      turns.push(turn);
      atWork -= 1;
    });
  const all = Array.from({ length: 40 }, (_, index) => index);
  await Promise.all(all.map(take));
  expect(most).toBe(1);
  expect(new Set(turns)).toEqual(new Set(all));
  expect((await readdir(folder)).filter((name) => name.startsWith('lock'))).toEqual([]);
});

test('a waiter is told once whom it waits for', async () => {
  const told: string[] = [];
  await withLock(lock, { onWait: silent }, async () => {
    const waiter = withLock(lock, { onWait: (owner) => told.push(owner) }, async () => 'second');
    while (told.length === 0) await new Promise(setImmediate);
    setImmediate(() => void rm(lock, { recursive: true }));
    expect(await waiter).toBe('second');
  });
  expect(told).toEqual([String(process.pid)]);
});

test('an owner that shows no sign of life is replaced', async () => {
  await mkdir(lock);
  await writeFile(join(lock, 'owner'), '4194304 gone');
  const pace = { beat: 10, silence: 100 };
  expect(await withLock(lock, { onWait: silent, pace }, async () => 'taken over')).toBe('taken over');
  expect(existsSync(lock)).toBe(false);
});

test('a lock folder that nobody signed does not stand in the way', async () => {
  await mkdir(lock);
  const pace = { beat: 10, silence: 100 };
  expect(await withLock(lock, { onWait: silent, pace }, async () => 'taken over')).toBe('taken over');
});

test('an owner that was replaced stops with an explanation and leaves the other its lock', async () => {
  const work = withLock(lock, { onWait: silent, pace: { beat: 10, silence: 60_000 } }, async () => {
    await writeFile(join(lock, 'owner'), '1 another');
    await new Promise(() => {});
  });
  await expect(work).rejects.toThrow('another set-up took over');
  expect(existsSync(join(lock, 'owner'))).toBe(true);
});

test('a fault in the work comes out and frees the lock', async () => {
  const failing = withLock(lock, { onWait: silent }, () => Promise.reject(new Error('no network')));
  await expect(failing).rejects.toThrow('no network');
  expect(existsSync(lock)).toBe(false);
});
