import type { WebhookReport, Webhooks } from '@forge/core';
import { forgeError } from '@forge/plugin-api';

/** Rejects with WEBHOOK_NOT_FOUND. */
export async function findWebhook(webhooks: Webhooks, id: string | undefined): Promise<WebhookReport> {
  const found = await webhooks.list();
  const webhook = found.find((one) => one.id === id);
  if (webhook !== undefined) return webhook;
  throw forgeError('WEBHOOK_NOT_FOUND', `There is no webhook ${id ?? ''}`, {
    why: found.length === 0 ? 'there are none' : `there are: ${found.map((one) => one.id).join(', ')}`,
    fix: 'forge webhook list shows them',
  });
}
