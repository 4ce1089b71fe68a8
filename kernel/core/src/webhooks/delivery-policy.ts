import { type Delivery, type DeliveryResult, type ForgeError, isForgeError } from '@forge/plugin-api';

const hourMs = 3_600_000;

/** How stubborn Forge is. Ten tries take about a day. */
export const deliveryPolicy = {
  attempts: 10,
  /** The first wait is at most this long, each further one at most four times as long as the one before. */
  baseMs: 5_000,
  factor: 4,
  longestMs: 6 * hourMs,
  /** The longest that a receiver may ask to be left alone. */
  longestAskedMs: 24 * hourMs,
  /** A webhook that took nothing for so long is switched off when a delivery has had all its tries. */
  switchOffAfterMs: 72 * hourMs,
  /** Longer than a try takes: transform and request each have a limit. */
  claimMs: 30_000,
} as const;

/** Another try will not help until somebody has changed something. */
const hopeless = ['WEBHOOK_GONE', 'WEBHOOK_FORBIDDEN', 'WEBHOOK_TRANSFORM', 'CONTRIBUTION_NOT_FOUND'] as const;

/** When a delivery that failed is tried again: exponential back-off with full jitter, and never before it may. */
export function afterFailure(
  { attempts }: Delivery,
  error: ForgeError,
  { now, random }: { readonly now: number; readonly random: number },
): DeliveryResult {
  const made = attempts + 1;
  const outcome = `${error.message}${error.details.why === undefined ? '' : `: ${error.details.why}`}`.slice(0, 500);
  if (made >= deliveryPolicy.attempts || hopeless.some((code) => isForgeError(error, code)))
    return { state: 'dead', attempts: made, nextAt: now, outcome };
  const { baseMs, factor, longestMs, longestAskedMs } = deliveryPolicy;
  const wait = Math.round(Math.min(longestMs, baseMs * factor ** attempts) * random);
  const asked = Math.min(error.details.retryAfterMs ?? 0, longestAskedMs);
  return { state: 'pending', attempts: made, nextAt: now + asked + wait, outcome };
}
