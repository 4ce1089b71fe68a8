import type { DeliveryState, RunStore, StoredWebhook } from '@forge/plugin-api';
import { shownUrl } from './shown-webhook.ts';
import type { WebhookTarget } from './webhook-target.ts';

/** A webhook as it may be shown. */
export interface WebhookReport extends Omit<StoredWebhook, 'target'> {
  /** Name of the sender. */
  readonly use: string;
  /** Without what may be a secret in it; undefined when this process does not know it. */
  readonly url: string | undefined;
  /** Variables that it names and that are not set. */
  readonly missing: readonly string[];
  readonly counts: Readonly<Record<DeliveryState, number>>;
}

export async function reportWebhooks(
  store: RunStore,
  webhooks: readonly StoredWebhook[],
  {
    targetOf,
    defaultSender,
  }: { targetOf(webhook: StoredWebhook): WebhookTarget | undefined; readonly defaultSender: string },
): Promise<WebhookReport[]> {
  const counts = await store.countDeliveries();
  return webhooks.map((stored) => {
    const { target: _target, ...webhook } = stored;
    const target = targetOf(stored);
    const count = (state: DeliveryState) =>
      counts.find((one) => one.webhookId === webhook.id && one.state === state)?.count ?? 0;
    return {
      ...webhook,
      use: target?.use ?? defaultSender,
      url: target?.url === undefined ? undefined : shownUrl(target.url),
      missing: target?.missing ?? [],
      counts: { pending: count('pending'), delivered: count('delivered'), dead: count('dead') },
    };
  });
}
