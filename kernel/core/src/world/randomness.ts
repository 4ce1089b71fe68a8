import { randomInt } from 'node:crypto';
import type { Clock } from '@forge/plugin-api';
import { monotonicFactory } from 'ulid';

const precision = 2 ** 47;

/** 0 (inclusive) to 1 (exclusive), from the system's source. */
export function systemRandom(): number {
  return randomInt(precision) / precision;
}

/** ULIDs that sort in the order in which they were made, within a millisecond, too. */
export function createIds(clock: Clock, random: () => number): () => string {
  const next = monotonicFactory(random);
  return () => next(clock.now());
}
