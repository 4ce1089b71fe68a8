import type { Clock, Delivery, Logger, RunStore, StoredWebhook } from '@forge/plugin-api';
import { deliveryPolicy } from './delivery-policy.ts';
import { isOfReceiver, tryDelivery, type Tried, type TryWorld } from './try-delivery.ts';
import type { WebhookTarget } from './webhook-target.ts';

export interface Courier {
  /** From now on it looks by itself for what is due. Repeating changes nothing. */
  start(): void;
  /** Something may be waiting. */
  wake(): void;
  /** Sends what is due, each webhook's deliveries one after the other, and resolves when nothing of it is left. */
  deliver(): Promise<void>;
  /** Goes on with what is due for at most so long; what is under way then is given back. */
  close(graceMs: number): Promise<void>;
}

export interface CourierOptions extends TryWorld {
  readonly store: RunStore;
  readonly clock: Clock;
  readonly log: Logger;
  /** Undefined: this process does not know where it leads. */
  targetOf(webhook: StoredWebhook): WebhookTarget | undefined;
  /** It was switched off because of what its receiver said or did not say. */
  onSwitchedOff(webhook: StoredWebhook): Promise<void>;
}

/** Events of this process wake it; those of others, and second tries, are looked for. */
const pollMs = 1_000;
/** A receiver in trouble is left alone at most so long before another of its deliveries is tried. */
const longestRestMs = 60_000;

/**
 * Delivers what stores have queued. Any number of couriers, in any processes, share the work: each delivery is claimed
 * before it is tried. Nothing here makes a run wait or fail.
 */
export function createCourier(options: CourierOptions): Courier {
  const { store, clock, log } = options;
  const closing = new AbortController();
  const lanes = new Map<string, Promise<void>>();
  const rests = new Map<string, number>();
  const mourned = new Set<string>();
  let awake = Promise.withResolvers<void>();

  /** Until nothing of this webhook is due, or its receiver is in trouble. */
  async function lane(webhook: StoredWebhook, target: WebhookTarget): Promise<void> {
    while (!closing.signal.aborted && (rests.get(webhook.id) ?? 0) <= clock.now()) {
      const now = clock.now();
      const request = { webhookId: webhook.id, now, until: now + deliveryPolicy.claimMs };
      const [delivery] = await store.claimDeliveries(request);
      if (delivery === undefined) return;
      await attempt(delivery, target);
    }
  }

  async function attempt(delivery: Delivery, target: WebhookTarget): Promise<void> {
    let tried: Tried;
    try {
      tried = await tryDelivery(delivery, target, closing.signal, options);
    } catch (error) {
      if (!closing.signal.aborted) throw error;
      // It was not its fault, so that this try does not count.
      const { attempts, outcome = 'interrupted' } = delivery;
      return store.settleDelivery(delivery.id, { state: 'pending', attempts, nextAt: clock.now(), outcome });
    }
    const { result, error } = tried;
    await store.settleDelivery(delivery.id, result);
    if (error !== undefined && isOfReceiver(error)) {
      const wait = Math.max(result.nextAt - clock.now(), pollMs);
      rests.set(delivery.webhookId, clock.now() + Math.min(wait, longestRestMs));
    }
    if (result.state === 'dead') tellGivenUp(delivery.webhookId, result.outcome);
    await judge(delivery.webhookId, tried);
  }

  /** Once for each webhook: a mistake in its address would be said for every event. */
  function tellGivenUp(webhookId: string, outcome: string): void {
    if (mourned.has(webhookId)) return;
    mourned.add(webhookId);
    log.warn(
      `Webhook ${webhookId} was not told something, and will not be: ${outcome}. See forge webhook show ${webhookId}`,
    );
  }

  /** Keeps since when a webhook fails, and switches it off when there is no hope. */
  async function judge(webhookId: string, { result, error }: Tried): Promise<void> {
    const webhook = (await store.listWebhooks()).find(({ id }) => id === webhookId);
    if (webhook === undefined || webhook.disabled !== undefined) return;
    const { failingSince } = webhook;
    if (error === undefined) {
      if (failingSince !== undefined) await store.markWebhook(webhookId, {});
      return;
    }
    const now = clock.now();
    const since = failingSince ?? now;
    const isLong = result.state === 'dead' && now - since >= deliveryPolicy.switchOffAfterMs;
    if (error.code !== 'WEBHOOK_GONE' && !isLong) {
      if (failingSince === undefined) await store.markWebhook(webhookId, { failingSince: now });
      return;
    }
    const reason = isLong ? `it has taken nothing since ${new Date(since).toISOString()}` : result.outcome;
    const mark = { failingSince: since, disabled: { at: now, by: 'forge', reason } };
    // Whoever switched it off meanwhile had the first word.
    if (await store.markWebhook(webhookId, mark)) await options.onSwitchedOff({ ...webhook, ...mark });
  }

  async function look(): Promise<boolean> {
    const webhooks = await store.listWebhooks();
    const before = lanes.size;
    for (const webhook of webhooks) {
      if (webhook.disabled !== undefined || lanes.has(webhook.id)) continue;
      const target = options.targetOf(webhook);
      if (target === undefined) continue;
      const done = lane(webhook, target)
        .catch((error: unknown) => log.warn(`webhook ${webhook.id} could not be served`, { error: String(error) }))
        .finally(() => lanes.delete(webhook.id));
      lanes.set(webhook.id, done);
    }
    return lanes.size > before;
  }

  async function deliver(): Promise<void> {
    await look();
    await Promise.all(lanes.values());
  }

  async function work(): Promise<void> {
    while (!closing.signal.aborted) {
      awake = Promise.withResolvers<void>();
      await look().catch((error: unknown) => log.warn('webhooks could not be served', { error: String(error) }));
      const nap = new AbortController();
      await Promise.race([awake.promise, clock.sleep(pollMs, AbortSignal.any([nap.signal, closing.signal]))]).catch(
        () => undefined,
      );
      nap.abort();
    }
  }
  let working: Promise<void> | undefined;

  return {
    start: () => void (working ??= work()),
    wake: () => awake.resolve(),
    deliver,
    async close(graceMs) {
      const grace = new AbortController();
      const over = clock.sleep(graceMs, grace.signal).catch(() => undefined);
      await Promise.race([deliver().catch(() => undefined), over]);
      grace.abort();
      closing.abort(new Error('Forge is closing'));
      await Promise.all([working, ...lanes.values()]);
    },
  };
}
