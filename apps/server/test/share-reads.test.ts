import { expect, test } from 'vitest';
import { shareReads } from '../src/runs/share-reads.ts';

/** Readings that end when the test says so; each gives its number. */
function readings() {
  const open: { readonly key: string; end(): void; fail(): void }[] = [];
  const read = shareReads((key) => {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const number = open.length + 1;
    open.push({ key, end: () => resolve(number), fail: () => reject(new Error(`reading ${number}`)) });
    return promise;
  });
  return { open, read };
}

test('who asks while it is being read shares the next reading, and nobody gets one that began before', async () => {
  const { open, read } = readings();
  const first = read('a');
  const others = [read('a'), read('a'), read('a')];
  expect(open).toHaveLength(1);
  open[0]?.end();
  expect(await first).toBe(1);
  const later = read('a');
  expect(open).toHaveLength(2);
  open[1]?.end();
  expect(await Promise.all(others)).toEqual([2, 2, 2]);
  open[2]?.end();
  expect(await later).toBe(3);
});

test('what is something else is read by itself', async () => {
  const { open, read } = readings();
  const both = Promise.all([read('a'), read('b')]);
  expect(open.map(({ key }) => key)).toEqual(['a', 'b']);
  open.forEach(({ end }) => end());
  expect(await both).toEqual([1, 2]);
});

test('a reading that fails fails for those who share it, and for nobody else', async () => {
  const { open, read } = readings();
  const first = read('a');
  const second = read('a');
  open[0]?.fail();
  await expect(first).rejects.toThrow('reading 1');
  open[1]?.end();
  expect(await second).toBe(2);
  const third = read('a');
  open[2]?.end();
  expect(await third).toBe(3);
});
