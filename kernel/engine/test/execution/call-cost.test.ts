import { describe, expect, it } from 'vitest';
import { estimateTokens, realCost, worstCase } from '../../src/execution/call-cost.ts';

const price = { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75, asOf: '2026-01-01' };

describe('costs', () => {
  it('reserves all input at the dearest rate and the whole output allowance', () => {
    expect(worstCase(1_000_000, 100_000, price)).toMatchObject({ tokens: 1_100_000, usd: 3.75 + 1.5 });
  });

  it('books each kind of token at its own price', () => {
    const usage = { inputTokens: 1e6, outputTokens: 1e6, cacheReadTokens: 1e6, cacheWriteTokens: 1e6 };
    expect(realCost(usage, price)).toEqual({ usage, tokens: 4e6, usd: 3 + 15 + 0.3 + 3.75 });
    expect(realCost(usage, undefined).usd).toBeUndefined();
  });

  it('is a whole number of nano-dollars', () => {
    const usage = { inputTokens: 1, outputTokens: 3, cacheReadTokens: 7, cacheWriteTokens: 0 };
    expect(realCost(usage, { ...price, cacheRead: 0.0125 }).usd).toBe(0.000048088);
  });

  it('counts a picture as a picture, not as its base64 text', () => {
    expect(estimateTokens({ type: 'image', data: 'A'.repeat(1_000_000) })).toBeLessThan(2_000);
  });
});
