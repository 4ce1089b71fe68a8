/** The part of `Headers` that is needed. */
export interface HeaderReader {
  get(name: string): string | null;
}

/**
 * The least time to wait that the server named, in milliseconds: `retry-after-ms`, or `retry-after` in seconds or as
 * a date. `undefined` for none, for one in the past, and for what cannot be read.
 */
export function retryAfterOf(headers: HeaderReader | undefined, now: number): number | undefined {
  const milliseconds = numberOf(headers?.get('retry-after-ms'));
  if (milliseconds !== undefined) return positive(milliseconds);
  const text = headers?.get('retry-after') ?? undefined;
  const seconds = numberOf(text);
  if (seconds !== undefined) return positive(seconds * 1000);
  return text === undefined ? undefined : positive(Date.parse(text) - now);
}

function numberOf(text: string | null | undefined): number | undefined {
  return text !== null && text !== undefined && /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
}

const positive = (milliseconds: number): number | undefined =>
  milliseconds > 0 && Number.isFinite(milliseconds) ? Math.ceil(milliseconds) : undefined;

/** Milliseconds until the moment that a message such as "You will regain access on 2026-12-01 at 00:00 UTC" names. */
export function accessAgainIn(message: string, now: number): number | undefined {
  const found = /regain access on (\d{4}-\d{2}-\d{2})(?: at (\d{2}:\d{2}))? UTC/i.exec(message);
  return found === null ? undefined : positive(Date.parse(`${found[1]}T${found[2] ?? '00:00'}:00Z`) - now);
}
