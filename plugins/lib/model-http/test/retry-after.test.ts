import { expect, test } from 'vitest';
import { accessAgainIn, retryAfterOf } from '../src/index.ts';

const now = Date.parse('2026-11-22T12:00:00Z');

const cases: readonly (readonly [string, Record<string, string>, number | undefined])[] = [
  ['seconds', { 'retry-after': '7' }, 7000],
  ['fractions of a second', { 'retry-after': '0.25' }, 250],
  ['a date', { 'retry-after': 'Sun, 22 Nov 2026 12:01:30 GMT' }, 90_000],
  ['milliseconds, which win over seconds', { 'retry-after-ms': '1500', 'retry-after': '9' }, 1500],
  ['nothing', {}, undefined],
  ['zero', { 'retry-after': '0' }, undefined],
  ['a date in the past', { 'retry-after': 'Sun, 22 Nov 2026 11:00:00 GMT' }, undefined],
  ['words', { 'retry-after': 'soon' }, undefined],
  ['a negative number', { 'retry-after': '-5' }, undefined],
];

for (const [name, headers, expected] of cases) {
  test(name, () => {
    expect(retryAfterOf(new Headers(headers), now)).toBe(expected);
  });
}

test('no headers at all', () => {
  expect(retryAfterOf(undefined, now)).toBeUndefined();
});

test('the moment that a message names', () => {
  expect(accessAgainIn('You will regain access on 2026-12-01 at 00:00 UTC.', now)).toBe(8.5 * 24 * 3_600_000);
  expect(accessAgainIn('You will regain access on 2026-11-22 at 12:30 UTC.', now)).toBe(1_800_000);
  expect(accessAgainIn('You will regain access on 2026-11-01 at 00:00 UTC.', now)).toBeUndefined();
  expect(accessAgainIn('Try again later', now)).toBeUndefined();
});
