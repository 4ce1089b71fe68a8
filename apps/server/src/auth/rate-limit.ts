import { type Clock, forgeError } from '@forge/plugin-api';

interface Bucket {
  tokens: number;
  at: number;
}

/** More callers than this are not remembered: the one that came first starts anew. */
const most = 10_000;

export interface RateLimit {
  /** Takes one; throws RATE_LIMITED when there is none left. */
  take(caller: string): void;
}

/** A bucket of tokens for each caller: a minute's worth at once, filled evenly. */
export function createRateLimit(clock: Clock, perMinute: number): RateLimit {
  const buckets = new Map<string, Bucket>();
  const fill = (caller: string): Bucket => {
    const now = clock.now();
    const found = buckets.get(caller);
    if (found !== undefined) {
      found.tokens = Math.min(perMinute, found.tokens + ((now - found.at) * perMinute) / 60_000);
      found.at = now;
      return found;
    }
    const oldest = buckets.size >= most ? buckets.keys().next().value : undefined;
    if (oldest !== undefined) buckets.delete(oldest);
    const made = { tokens: perMinute, at: now };
    buckets.set(caller, made);
    return made;
  };
  return {
    take(caller) {
      const bucket = fill(caller);
      if (bucket.tokens < 1)
        throw forgeError('RATE_LIMITED', `More than ${perMinute} requests a minute`, {
          retryAfterMs: Math.ceil(((1 - bucket.tokens) * 60_000) / perMinute),
          fix: 'wait, then try again',
        });
      bucket.tokens -= 1;
    },
  };
}
