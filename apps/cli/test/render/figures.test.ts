import { describe, expect, it } from 'vitest';
import { count, formatDuration, formatMoney, formatTokens } from '../../src/render/figures.ts';

describe('figures', () => {
  it.each([
    [0, false, '$0.00'],
    [0.0004, false, '<$0.001'],
    [0.004, false, '$0.004'],
    [0.06, false, '$0.06'],
    [12.345, false, '$12.35'],
    [0, true, '$?'],
    [0.06, true, '$0.06+?'],
  ])('writes %d dollars, unpriced %s, as %s', (costUsd, unpriced, text) => {
    expect(formatMoney({ costUsd, unpriced })).toBe(text);
  });

  it.each([
    [0, '0'],
    [950, '950'],
    [1_234, '1.2k'],
    [9_949, '9.9k'],
    [9_950, '10k'],
    [61_000, '61k'],
    [999_499, '999k'],
    [999_500, '1.0M'],
    [1_240_000, '1.2M'],
  ])('writes %d tokens as %s', (tokens, text) => {
    expect(formatTokens(tokens)).toBe(text);
  });

  it.each([
    [-5, '0:00'],
    [999, '0:00'],
    [41_000, '0:41'],
    [298_000, '4:58'],
    [3_723_000, '1:02:03'],
  ])('writes %d ms as %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });

  it('knows one from many', () => {
    expect([count(0, 'task'), count(1, 'task'), count(2, 'memory', 'memories')]).toEqual([
      '0 tasks',
      '1 task',
      '2 memories',
    ]);
  });
});
