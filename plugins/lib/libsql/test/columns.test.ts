import { expect, test } from 'vitest';
import { jsonOf, numberOf, optionalNumberOf, textOf } from '../src/index.ts';

const row = { text: 'a', number: 1.5, none: undefined, large: 2n ** 60n, json: '{"a":[1]}', cut: '{"a"' };

test('a column gives what it holds', () => {
  expect(textOf(row, 'text')).toBe('a');
  expect(numberOf(row, 'number')).toBe(1.5);
  expect(optionalNumberOf(row, 'number')).toBe(1.5);
  expect(optionalNumberOf(row, 'none')).toBeUndefined();
  expect(jsonOf(row, 'json')).toEqual({ a: [1] });
  expect(jsonOf(row, 'none')).toBeUndefined();
});

test.each([
  [textOf, 'number'],
  [textOf, 'none'],
  [numberOf, 'text'],
  [numberOf, 'large'],
  [numberOf, 'missing'],
  [optionalNumberOf, 'text'],
  [jsonOf, 'cut'],
  [jsonOf, 'number'],
])('%s of %s is STORE_CORRUPT', (read, column) => {
  expect(() => read(row, column)).toThrow(
    expect.objectContaining({ code: 'STORE_CORRUPT', details: expect.objectContaining({ data: { column } }) }),
  );
});
