import { forgeError, isForgeError, type Clock, type ForgeError } from '@forge/plugin-api';

export interface RetryPolicy {
  /** Tries in all. */
  readonly attempts: number;
  /** Milliseconds over all tries. A longer wait that a server asks for becomes WAITING_FOR_QUOTA. */
  readonly totalMs: number;
  readonly baseMs: number;
  readonly maxWaitMs: number;
}

export const modelRetries: RetryPolicy = { attempts: 6, totalMs: 600_000, baseMs: 2_000, maxWaitMs: 60_000 };

/** Spreads those who were told the same time, in milliseconds. */
const spreadMs = 1_000;

export interface RetryWorld {
  readonly clock: Clock;
  random(): number;
  readonly signal: AbortSignal;
  /** Told before each wait. */
  onRetry(error: ForgeError, attempt: number, waitMs: number): Promise<void>;
}

/**
 * Tries again what may help: transient ForgeErrors, after a wait with full jitter that is never shorter than the server
 * asked for. Rejects with the last error; with WAITING_FOR_QUOTA and the wake time when the wait that the server asks
 * for would be too long, or a rate limit outlasts all tries.
 */
export async function withRetries<T>(policy: RetryPolicy, world: RetryWorld, call: () => Promise<T>): Promise<T> {
  const startedAt = world.clock.now();
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      if (!isForgeError(error) || error.details.transient !== true || world.signal.aborted) throw error;
      const now = world.clock.now();
      const waitMs = waitBefore(policy, attempt, error, world.random());
      if (now - startedAt + waitMs > policy.totalMs) throw tooLong(error, now + waitMs);
      if (attempt >= policy.attempts) throw error.code === 'LLM_RATE_LIMITED' ? tooLong(error, now + waitMs) : error;
      await world.onRetry(error, attempt, waitMs);
      await world.clock.sleep(waitMs, world.signal);
    }
  }
}

function waitBefore(policy: RetryPolicy, attempt: number, error: ForgeError, random: number): number {
  const backoff = Math.min(policy.maxWaitMs, policy.baseMs * 2 ** (attempt - 1));
  const jittered = Math.round(backoff * random);
  const asked = error.details.retryAfterMs;
  return asked === undefined ? jittered : asked + Math.round(spreadMs * random);
}

function tooLong(error: ForgeError, wakeAt: number): ForgeError {
  if (error.details.retryAfterMs === undefined) return error;
  return forgeError('WAITING_FOR_QUOTA', `The model can be used again at ${new Date(wakeAt).toISOString()}`, {
    why: error.message,
    fix: 'resume after that time, or choose another model',
    data: { wakeAt },
    cause: error,
  });
}
