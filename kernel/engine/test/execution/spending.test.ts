import type { ToolSpending } from '@forge/plugin-api';
import { expect, it } from 'vitest';
import { createSpending } from '../../src/execution/spending.ts';

const usage = { inputTokens: 1, outputTokens: 2, cacheReadTokens: 3, cacheWriteTokens: 4 };
const paid: ToolSpending = { provider: 'acme', model: 'x', usage, costUsd: 0.5 };

it('is the sum of what was said, and without a price when one part has none', () => {
  const spending = createSpending();
  expect(spending.total()).toBeUndefined();
  spending.add(paid);
  spending.add(paid);
  expect(spending.total()).toEqual({
    provider: 'acme',
    model: 'x',
    usage: { inputTokens: 2, outputTokens: 4, cacheReadTokens: 6, cacheWriteTokens: 8 },
    costUsd: 1,
  });
  spending.add({ provider: 'acme', model: 'y', usage });
  expect(spending.total()?.costUsd).toBeUndefined();
});

it.each<[string, object]>([
  ['less than nothing', { ...paid, costUsd: -100 }],
  ['fewer tokens than none', { ...paid, usage: { ...usage, inputTokens: -1 } }],
  ['no usage', { provider: 'acme', model: 'x' }],
  ['a price that is no number', { ...paid, costUsd: Number.NaN }],
  ['a price without end', { ...paid, costUsd: Number.POSITIVE_INFINITY }],
])('takes nothing from who says %s', (_, said) => {
  const spending = createSpending();
  expect(() => spending.add(said as ToolSpending)).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
  expect(spending.total()).toBeUndefined();
});
