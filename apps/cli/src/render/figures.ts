/** How numbers are written for people. */

/** What something cost; `unpriced` when the price of at least one call is not known. */
export interface Spending {
  readonly costUsd: number;
  readonly tokens: number;
  readonly unpriced: boolean;
}

export const nothingSpent: Spending = { costUsd: 0, tokens: 0, unpriced: false };

/** `$0.06`, `$0.004` for less than a cent, `$?` when no price is known, `$0.06+?` when only some are. */
export function formatMoney({ costUsd, unpriced }: Pick<Spending, 'costUsd' | 'unpriced'>): string {
  if (unpriced && costUsd === 0) return '$?';
  return `${formatDollars(costUsd)}${unpriced ? '+?' : ''}`;
}

export function formatDollars(usd: number): string {
  if (usd > 0 && usd < 0.0005) return '<$0.001';
  return usd > 0 && usd < 0.01 ? `$${usd.toFixed(3)}` : `$${usd.toFixed(2)}`;
}

/** `950`, `61k`, `1.2M`. */
export function formatTokens(tokens: number): string {
  if (tokens < 1000) return String(Math.round(tokens));
  if (tokens < 999_500) return `${(tokens / 1000).toFixed(tokens < 9_950 ? 1 : 0)}k`;
  return `${(tokens / 1_000_000).toFixed(1)}M`;
}

/** `0:41`, `4:58`, `1:02:03`. */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const padded = (value: number): string => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${padded(minutes)}:${padded(rest)}` : `${minutes}:${padded(rest)}`;
}

/** `3 tasks`, `1 task`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** `2026-02-07 14:03:09`, in the time zone of the machine. */
export function formatTime(milliseconds: number): string {
  const time = new Date(milliseconds);
  const offset = time.getTimezoneOffset() * 60_000;
  return new Date(milliseconds - offset).toISOString().slice(0, 19).replace('T', ' ');
}
