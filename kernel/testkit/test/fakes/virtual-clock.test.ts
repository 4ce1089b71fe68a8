import { expect, test } from 'vitest';
import { createSeededIds, createSeededRandom, createVirtualClock } from '../../src/fakes/index.ts';

test('sleepers wake in the order of their times, at their times', async () => {
  const clock = createVirtualClock(0);
  const woken: [string, number][] = [];
  const sleep = async (name: string, milliseconds: number) => {
    await clock.sleep(milliseconds);
    woken.push([name, clock.now()]);
  };
  const sleeping = [sleep('late', 300), sleep('early', 100), sleep('middle', 200).then(() => sleep('again', 50))];
  await clock.advance(99);
  expect(woken).toEqual([]);
  await clock.advance(400);
  await Promise.all(sleeping);
  expect(woken).toEqual([
    ['early', 100],
    ['middle', 200],
    ['again', 250],
    ['late', 300],
  ]);
  expect(clock.now()).toBe(499);
});

test('an aborted sleeper rejects with the reason and is forgotten', async () => {
  const clock = createVirtualClock(0);
  const abort = new AbortController();
  const reason = new Error('stopped');
  const sleeping = clock.sleep(1000, abort.signal);
  expect(clock.sleepers).toBe(1);
  abort.abort(reason);
  await expect(sleeping).rejects.toBe(reason);
  expect(clock.sleepers).toBe(0);
  await expect(clock.sleep(1, abort.signal)).rejects.toBe(reason);
});

test('moves to the next sleeper', async () => {
  const clock = createVirtualClock(0);
  const sleeping = clock.sleep(1234);
  expect(await clock.advanceToNext()).toBe(true);
  await sleeping;
  expect(clock.now()).toBe(1234);
  expect(await clock.advanceToNext()).toBe(false);
});

test('the same seed gives the same numbers and ids', () => {
  const numbers = (seed: number) => Array.from({ length: 1000 }, createSeededRandom(seed));
  expect(numbers(7)).toEqual(numbers(7));
  expect(numbers(7)).not.toEqual(numbers(8));
  expect(numbers(7).every((each) => each >= 0 && each < 1)).toBe(true);
  const ids = () =>
    Array.from({ length: 100 }, createSeededIds({ now: () => 1_700_000_000_000 }, createSeededRandom(1)));
  expect(ids()).toEqual(ids());
  expect(ids()).toEqual(ids().toSorted());
  expect(new Set(ids()).size).toBe(100);
  expect(ids()[0]).toMatch(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
});
