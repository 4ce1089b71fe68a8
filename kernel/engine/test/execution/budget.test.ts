import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Budget, estimateTokens, realCost, worstCase } from '../../src/execution/budget.ts';

const price = { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75, asOf: '2026-01-01' };
const capabilities = {
  contextTokens: 200_000,
  maxOutputTokens: 8_000,
  tools: true,
  images: true,
  structuredOutput: true,
  price,
};

describe('Budget', () => {
  it('refuses a call whose worst case would pass the limit, and says what to do', () => {
    const budget = new Budget({ usd: 1, tokens: 1e9 }, { usd: 0.95, tokens: 0 });
    expect(() => budget.reserve({ usd: 0.06, tokens: 1 })).toThrow(expect.objectContaining({ code: 'BREAKER_COST' }));
    budget.reserve({ usd: 0.05, tokens: 1 });
  });

  it('counts tokens where the price is unknown', () => {
    const budget = new Budget({ usd: 1, tokens: 100 }, { usd: 0, tokens: 0 });
    budget.reserve({ usd: undefined, tokens: 100 });
    expect(() => budget.reserve({ usd: undefined, tokens: 1 })).toThrow(
      expect.objectContaining({ code: 'BREAKER_TOKENS' }),
    );
  });

  it('never lets spent and reserved together pass the limit, in whatever order calls begin and end', () => {
    const step = fc.record({
      worst: fc.integer({ min: 1, max: 40 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      ends: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const budget = new Budget({ usd: 100, tokens: 1e9 }, { usd: 0, tokens: 0 });
        const open: { worst: { usd: number; tokens: number }; share: number }[] = [];
        for (const { worst: usd, share, ends } of steps) {
          const worst = { usd, tokens: 1 };
          try {
            budget.reserve(worst);
            open.push({ worst, share });
          } catch {
            // Refused: nothing is reserved.
          }
          const reserved = open.reduce((sum, call) => sum + call.worst.usd, 0);
          expect(budget.spent.usd + reserved).toBeLessThanOrEqual(100 + 1e-6);
          const ended = ends ? open.shift() : undefined;
          if (ended) budget.commit(ended.worst, { usd: ended.worst.usd * ended.share, tokens: 1 });
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('costs', () => {
  it('reserves all input at the dearest rate and the whole output allowance', () => {
    expect(worstCase(1_000_000, { maxOutputTokens: 100_000 }, capabilities)).toEqual({
      tokens: 1_100_000,
      usd: 3.75 + 1.5,
    });
  });

  it('books each kind of token at its own price', () => {
    const usage = { inputTokens: 1e6, outputTokens: 1e6, cacheReadTokens: 1e6, cacheWriteTokens: 1e6 };
    expect(realCost(usage, price)).toEqual({ tokens: 4e6, usd: 3 + 15 + 0.3 + 3.75 });
    expect(realCost(usage, undefined).usd).toBeUndefined();
  });

  it('counts a picture as a picture, not as its base64 text', () => {
    expect(estimateTokens({ type: 'image', data: 'A'.repeat(1_000_000) })).toBeLessThan(2_000);
  });
});
