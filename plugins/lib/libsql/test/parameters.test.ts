import { expect, test } from 'vitest';
import { bindable, checkedParameters } from '../src/parameters.ts';

test('a view of a large buffer is cut out, because posting it would post the buffer', () => {
  const view = Buffer.alloc(1_000_000).subarray(10, 13);
  const [bytes] = checkedParameters([view], 1, 'SELECT ?');
  expect((bytes as Uint8Array).buffer.byteLength).toBe(3);
});

test('a hole in the array is NULL', () => {
  const holes: number[] = [1];
  holes[2] = 2;
  expect(checkedParameters(holes, 3, 'SELECT ?, ?, ?')).toEqual([1, undefined, 2]);
});

test('integers are bound as integers, all other numbers as they are', () => {
  expect(bindable([5, -0, 1.5, 2 ** 60, 7n, 'x', undefined])).toEqual([5n, -0, 1.5, 2 ** 60, 7n, 'x', undefined]);
});
