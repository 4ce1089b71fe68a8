import type { ModelCapabilities } from '@forge/plugin-api';
import { describe, expect, it } from 'vitest';
import { estimateWork } from '../../src/run/estimate-work.ts';

const model: ModelCapabilities = {
  contextTokens: 200_000,
  maxOutputTokens: 10_000,
  tools: true,
  images: false,
  structuredOutput: true,
  price: { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75, asOf: '2026-01-01' },
};
const work = {
  tasks: 8,
  workers: 4,
  planning: { tokens: 20_000, calls: 2 },
  model,
  maxOutputTokens: undefined,
  left: { usd: 5, tokens: 2_000_000 },
};

describe('estimateWork', () => {
  it('gives a range by what planning took and what the model costs', () => {
    const { tokens, usd, atOnce, fits } = estimateWork(work);
    expect(tokens).toEqual({ low: 240_000, high: 2_400_000 });
    // A tenth of the tokens is output; the rest comes from the cache at best, and goes into it at worst.
    expect(usd?.low).toBeCloseTo(240_000 * (0.9 * 0.3e-6 + 0.1 * 15e-6));
    expect(usd?.high).toBeCloseTo(2_400_000 * (0.9 * 3.75e-6 + 0.1 * 15e-6));
    expect({ atOnce, fits }).toEqual({ atOnce: 4, fits: true });
  });

  it('says no dollars without a price', () => {
    const { price: _, ...unpriced } = model;
    expect(estimateWork({ ...work, model: unpriced })).not.toHaveProperty('usd');
  });

  it.each([
    // A first call reserves 10,000 tokens of input at $3.75 and 10,000 of output at $15, a million.
    ['money for two', { usd: 0.4, tokens: 2_000_000 }, 2, false],
    ['money for none', { usd: 0.01, tokens: 2_000_000 }, 1, false],
    ['tokens for three', { usd: 5, tokens: 70_000 }, 3, false],
    ['just enough', { usd: 0.75, tokens: 80_000 }, 4, true],
  ])('lets no more begin at once than the budget can hold: %s', (_, left, atOnce, fits) => {
    expect(estimateWork({ ...work, left })).toMatchObject({ atOnce, fits, left });
  });

  it('counts no more workers than tasks', () => {
    expect(estimateWork({ ...work, tasks: 2, left: { usd: 0.4, tokens: 2e6 } })).toMatchObject({
      atOnce: 2,
      fits: true,
    });
  });
});
