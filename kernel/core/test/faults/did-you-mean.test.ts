import { describe, expect, it } from 'vitest';
import { closest, didYouMean } from '../../src/faults/did-you-mean.ts';

const names = ['safety', 'sandbox', 'store', 'memory', 'budgetUsd'];

describe('closest', () => {
  it.each([
    ['saftey', 'safety'],
    ['budgetUSD', 'budgetUsd'],
    ['stor', 'store'],
    ['x', undefined],
    ['webhook', undefined],
    ['', undefined],
  ])('%s -> %s', (word, meant) => {
    expect(closest(word, names)).toBe(meant);
  });

  it('says nothing rather than something far off', () => {
    expect(didYouMean('nonsense', names)).toBe('');
    expect(didYouMean('memroy', names)).toBe(' — did you mean "memory"?');
  });
});
