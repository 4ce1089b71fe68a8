import type { EventPayload } from '@forge/plugin-api';
import { count, formatDollars, formatTokens } from './figures.ts';

type Estimate = EventPayload<'work.estimated'>;

/** `$0.12 to $1.90`, `$?, 120k to 1.9M tokens` without a price. */
export function estimateRange({ usd, tokens }: Estimate): string {
  const words = `${formatTokens(tokens.low)} to ${formatTokens(tokens.high)} tokens`;
  return usd === undefined ? `$?, ${words}` : `${formatDollars(usd.low)} to ${formatDollars(usd.high)}`;
}

export function estimateWords(estimate: Estimate): string {
  const { tasks, atOnce, fits, left } = estimate;
  const words = `estimate: ${count(tasks, 'task')}, ${atOnce} at once: ${estimateRange(estimate)}`;
  return fits ? words : `${words}; the ${formatDollars(left.usd)} that are left hold no more at once`;
}
