import type { StoreFault } from '@forge/testkit/fakes';
import { describe, expect, it } from 'vitest';
import { promised } from './promises.ts';
import { simulate } from './simulation/simulate.ts';
import { commandFor, seeds } from './size.ts';

const kinds: readonly StoreFault['kind'][] = ['fail', 'hang', 'crash'];
/** A plan with tasks side by side and one after the other, a review and a deployment. */
const firstSeed = 46;
/** As many failures are told, not all. */
const mostFailures = 5;
const tries = seeds(1, 10, firstSeed).flatMap((seed) => kinds.map((kind) => ({ seed, kind })));

describe('a store whose n-th call goes wrong, for every n of a run', () => {
  it.each(tries)('seed $seed, $kind: every promise holds', { timeout: 300_000 }, async ({ seed, kind }) => {
    const failures: string[] = [];
    let struck = 0;
    for (let isOver = false; !isOver && failures.length < mostFailures; ) {
      const call = struck + 1;
      const result = await simulate(seed, { fault: { kind, call } });
      failures.push(...result.broken.map((fault) => `${commandFor('fault-store', seed)}\n${kind}, ${call}: ${fault}`));
      isOver = !result.struck;
      if (!isOver) struck = call;
    }
    expect(failures).toEqual([]);
    if (seed === firstSeed) expect(struck).toBeGreaterThanOrEqual(promised.storeCalls);
  });
});
