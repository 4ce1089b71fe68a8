import { type DeliveryState, filtersMatch, type ForgeEvent, type Outbox } from '@forge/plugin-api';
import { copy, type Tables } from './tables.ts';

export function createOutboxPart({ webhooks, deliveries }: Tables): Outbox {
  return {
    async saveWebhook(webhook) {
      webhooks.set(webhook.id, copy(webhook));
    },
    async markWebhook(webhookId, { failingSince, disabled }) {
      const known = webhooks.get(webhookId);
      if (known === undefined || known.disabled !== undefined) return false;
      const { failingSince: _before, ...rest } = known;
      const since = failingSince === undefined ? {} : { failingSince };
      webhooks.set(webhookId, copy({ ...rest, ...since, ...(disabled === undefined ? {} : { disabled }) }));
      return true;
    },
    async listWebhooks() {
      return [...webhooks.values()].map(copy).sort((one, other) => one.createdAt - other.createdAt);
    },
    async deleteWebhook(webhookId) {
      webhooks.delete(webhookId);
      for (const [id, { delivery }] of deliveries) if (delivery.webhookId === webhookId) deliveries.delete(id);
    },
    async claimDeliveries({ webhookId, now, until, limit = 1 }) {
      const webhook = webhooks.get(webhookId);
      if (webhook === undefined || webhook.disabled !== undefined) return [];
      const due = [...deliveries.values()].filter(
        ({ delivery, claimedUntil }) =>
          delivery.webhookId === webhookId &&
          delivery.state === 'pending' &&
          delivery.nextAt <= now &&
          claimedUntil <= now,
      );
      const claimed = due.slice(0, limit);
      for (const row of claimed) row.claimedUntil = until;
      return claimed.map(({ delivery }) => copy(delivery));
    },
    async settleDelivery(deliveryId, result) {
      const row = deliveries.get(deliveryId);
      if (row?.delivery.state !== 'pending') return;
      row.delivery = { ...row.delivery, ...copy(result) };
      row.claimedUntil = 0;
    },
    async requeueDelivery(deliveryId, now) {
      const row = deliveries.get(deliveryId);
      if (row === undefined) return false;
      row.delivery = { ...row.delivery, state: 'pending', attempts: 0, nextAt: now };
      row.claimedUntil = 0;
      return true;
    },
    async listDeliveries({ webhookId, state, limit = 50 } = {}) {
      return [...deliveries.values()]
        .map(({ delivery }) => copy(delivery))
        .filter((delivery) => webhookId === undefined || delivery.webhookId === webhookId)
        .filter((delivery) => state === undefined || delivery.state === state)
        .reverse()
        .slice(0, limit);
    },
    async countDeliveries() {
      const counts = new Map<string, { webhookId: string; state: DeliveryState; count: number }>();
      for (const { delivery } of deliveries.values()) {
        const { webhookId, state } = delivery;
        const found = counts.get(`${state} ${webhookId}`) ?? { webhookId, state, count: 0 };
        counts.set(`${state} ${webhookId}`, { ...found, count: found.count + 1 });
      }
      return [...counts.values()];
    },
  };
}

/** What an append owes to webhooks. */
export function queueDeliveries({ webhooks, deliveries }: Tables, events: readonly ForgeEvent[]): void {
  for (const { traceId: runId, seq, type, timestamp, inherited } of events) {
    if (inherited) continue;
    for (const { id: webhookId, events: filters, disabled } of webhooks.values()) {
      if (disabled !== undefined || !filtersMatch(filters, type)) continue;
      const id = `${webhookId}.${runId}.${seq}`;
      const delivery = { id, webhookId, runId, seq, createdAt: timestamp, state: 'pending', attempts: 0 } as const;
      deliveries.set(id, { delivery: { ...delivery, nextAt: timestamp }, claimedUntil: 0 });
    }
  }
}
