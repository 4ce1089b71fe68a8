import {
  type Clock,
  type Delivery,
  type DeliveryResult,
  faultsOf,
  type ForgeError,
  forgeError,
  type HumanRequest,
  isForgeError,
  type RunStore,
  type WebhookMessage,
  type WebhookSender,
} from '@forge/plugin-api';
import { afterFailure } from './delivery-policy.ts';
import type { TransformRunner } from './transform-runner.ts';
import type { WebhookTarget } from './webhook-target.ts';

export interface TryWorld {
  readonly store: RunStore;
  readonly clock: Clock;
  random(): number;
  mask(text: string): string;
  sender(name: string): Promise<WebhookSender>;
  readonly transforms: TransformRunner;
  /** Signs for webhooks that name no secret. */
  secretOf(webhookId: string): Promise<string>;
  /** Where a person decides that request in a browser, if they can. */
  decideUrl(request: HumanRequest): Promise<string | undefined>;
}

export interface Tried {
  readonly result: DeliveryResult;
  readonly error?: ForgeError | undefined;
}

/** One try of one delivery. Rejects only with the reason of the signal; whatever else goes wrong is an outcome. */
export async function tryDelivery(
  delivery: Delivery,
  target: WebhookTarget,
  signal: AbortSignal,
  world: TryWorld,
): Promise<Tried> {
  try {
    const outcome = await send(delivery, target, signal, world);
    return { result: { state: 'delivered', attempts: delivery.attempts + 1, nextAt: world.clock.now(), outcome } };
  } catch (thrown) {
    signal.throwIfAborted();
    const error = faultsOf(thrown)[0] ?? forgeError('INTERNAL', String(thrown));
    const result = afterFailure(delivery, error, { now: world.clock.now(), random: world.random() });
    return { result: { ...result, outcome: world.mask(result.outcome) }, error };
  }
}

async function send(delivery: Delivery, target: WebhookTarget, signal: AbortSignal, world: TryWorld): Promise<string> {
  const { id, runId, seq } = delivery;
  const { store } = world;
  const [[event], run] = await Promise.all([
    store.readEvents(runId, { after: seq - 1, limit: 1 }),
    store.getRun(runId),
  ]);
  if (event === undefined || run === undefined) return 'its run is gone';
  return sendEvent({ id, event, run }, target, signal, world);
}

/** Sends an event as a webhook gets it, and says in one line what came of it. Rejects as senders and transforms do. */
export async function sendEvent(
  { id, event, run }: Pick<WebhookMessage, 'id' | 'event' | 'run'>,
  target: WebhookTarget,
  signal: AbortSignal,
  world: Omit<TryWorld, 'store'>,
): Promise<string> {
  const { url, headers, allowPrivate, transform, missing } = target;
  if (url === undefined || missing.length > 0)
    throw forgeError('WEBHOOK_FAILED', `${missing.join(', ')} is not set`, { fix: 'set it where Forge is started' });
  const body = transform === undefined ? undefined : await world.transforms.run(transform, event);
  if (transform !== undefined && body === undefined) return 'its transform leaves this one out';
  const sender = await world.sender(target.use);
  const secret = target.secret ?? (await world.secretOf(target.id));
  const isAsked = event.type === 'request.opened' && event.payload.decidedBy === undefined;
  const decideUrl = isAsked ? await world.decideUrl(event.payload.request) : undefined;
  const message = { id, url, headers, secret, event, run, body, allowPrivate, decideUrl };
  const receipt = await sender.send(message, { signal });
  return receipt === undefined ? `${target.use} has nothing to say about it` : `taken (${receipt.status})`;
}

/** The receiver itself is in trouble, so that others would fare no better. */
export function isOfReceiver(error: ForgeError): boolean {
  return isForgeError(error, 'WEBHOOK_FAILED') || isForgeError(error, 'WEBHOOK_TRANSFORM');
}
