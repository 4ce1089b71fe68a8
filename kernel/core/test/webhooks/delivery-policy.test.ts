import { type Delivery, forgeError } from '@forge/plugin-api';
import { expect, test } from 'vitest';
import { afterFailure } from '../../src/webhooks/delivery-policy.ts';

const hour = 3_600_000;
const busy = (more: object = {}) => forgeError('WEBHOOK_FAILED', 'it answered 503', { transient: true, ...more });

function waitOf(attempts: number, random: number, error = busy()): number {
  return afterFailure({ attempts } as Delivery, error, { now: 0, random }).nextAt;
}

test('the wait grows by four, with full jitter', () => {
  expect([0, 1, 2, 3].map((attempts) => waitOf(attempts, 1))).toEqual([5_000, 20_000, 80_000, 320_000]);
  expect(waitOf(8, 1)).toBe(6 * hour);
  expect([0, 0.5].map((random) => waitOf(2, random))).toEqual([0, 40_000]);
});

test('it is never shorter than what the receiver asks for, up to a day', () => {
  expect(waitOf(0, 0, busy({ retryAfterMs: 120_000 }))).toBe(120_000);
  expect(waitOf(0, 0.5, busy({ retryAfterMs: 120_000 }))).toBe(122_500);
  expect(waitOf(0, 0, busy({ retryAfterMs: 900 * hour }))).toBe(24 * hour);
});

test.each(['WEBHOOK_GONE', 'WEBHOOK_FORBIDDEN', 'WEBHOOK_TRANSFORM', 'CONTRIBUTION_NOT_FOUND'] as const)(
  'there is no second try after %s',
  (code) => {
    const end = afterFailure({ attempts: 0 } as Delivery, forgeError(code, 'no', { why: 'x' }), { now: 7, random: 1 });
    expect(end).toEqual({ state: 'dead', attempts: 1, nextAt: 7, outcome: 'no: x' });
  },
);

test('there are ten tries', () => {
  const states = [0, 8, 9].map(
    (attempts) => afterFailure({ attempts } as Delivery, busy(), { now: 0, random: 1 }).state,
  );
  expect(states).toEqual(['pending', 'pending', 'dead']);
});
