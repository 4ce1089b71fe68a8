import type { RunStore, StoredWebhook } from '@forge/plugin-api';
import type { WebhookTarget } from './webhook-target.ts';

/** Makes the store know the webhooks of the configuration. One that is named no more is switched off, not forgotten. */
export async function syncWebhooks(store: RunStore, configured: readonly WebhookTarget[], now: number): Promise<void> {
  const stored = await store.listWebhooks();
  for (const { id, events } of configured) {
    const known = stored.find((webhook) => webhook.id === id);
    const wanted = wantedOf(known, { id, events: [...events], source: 'configuration', createdAt: now });
    if (JSON.stringify(wanted) !== JSON.stringify(known)) await store.saveWebhook(wanted);
  }
  for (const webhook of stored) {
    if (webhook.source === 'api' || webhook.disabled !== undefined) continue;
    if (configured.some(({ id }) => id === webhook.id)) continue;
    const disabled = { at: now, by: 'configuration', reason: 'the configuration does not name it any more' };
    await store.saveWebhook({ ...webhook, disabled });
  }
}

/** Who was switched off by a person, or because it failed, stays so. */
function wantedOf(known: StoredWebhook | undefined, fresh: StoredWebhook): StoredWebhook {
  if (known === undefined || known.source === 'api') return fresh;
  const { disabled, ...rest } = known;
  const stays = disabled === undefined || disabled.by === 'configuration' ? {} : { disabled };
  return { ...rest, events: fresh.events, ...stays };
}
