import type { StoreFault } from '@forge/testkit/fakes';
import { describe, expect, it } from 'vitest';
import { promised } from './promises.ts';
import { simulate } from './simulation/simulate.ts';

const kinds: readonly StoreFault['kind'][] = ['fail', 'hang', 'crash'];
/** A plan with tasks side by side, a review, tests and a person who approves. */
const seed = 11;

describe('a store whose n-th call goes wrong, for every n of a run', () => {
  it.each(kinds)('%s: every promise holds', { timeout: 300_000 }, async (kind) => {
    const broken: string[] = [];
    let call = 1;
    for (let isOver = false; !isOver; call += 1) {
      const result = await simulate(seed, { fault: { kind, call } });
      broken.push(...result.broken.map((fault) => `call ${call}: ${fault}`));
      isOver = !result.struck;
    }
    expect(broken).toEqual([]);
    expect(call).toBeGreaterThan(promised.storeCalls);
  });
});
