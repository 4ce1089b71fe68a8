import type { Delivery, DeliveryResult, DeliveryState, ForgeEvent, Outbox, StoredWebhook } from '@forge/plugin-api';
import { type DatabaseOnDemand, numberOf, type Row, type Statement, textOf } from '@forge/libsql';
import { storedJson } from './stored-json.ts';

/** Outer loop over webhooks: without any, an append pays next to nothing. */
const queueSql = `INSERT INTO deliveries (id, webhook_id, run_id, seq, created_at, state, attempts, next_at, claimed_until)
  SELECT webhooks.id || '.' || ?1 || '.' || json_extract(event.value, '$[0]'), webhooks.id, ?1,
    json_extract(event.value, '$[0]'), json_extract(event.value, '$[2]'), 'pending', 0,
    json_extract(event.value, '$[2]'), 0
  FROM webhooks CROSS JOIN json_each(?2) AS event
  WHERE webhooks.enabled = 1 AND EXISTS (
    SELECT 1 FROM json_each(webhooks.events) AS filter
    WHERE filter.value IN ('*', json_extract(event.value, '$[1]'))
      OR (substr(filter.value, -2) = '.*' AND substr(json_extract(event.value, '$[1]'), 1, length(filter.value) - 1)
        = substr(filter.value, 1, length(filter.value) - 1))
  )`;

/** Belongs into the write that appends the events. */
export function queueDeliveries(runId: string, events: readonly ForgeEvent[]): readonly Statement[] {
  const facts = events.flatMap(({ seq, type, timestamp, inherited }) => (inherited ? [] : [[seq, type, timestamp]]));
  return facts.length === 0 ? [] : [{ sql: queueSql, params: [runId, JSON.stringify(facts)] }];
}

export function createOutbox(database: DatabaseOnDemand): Outbox {
  const write = async (...statements: readonly Statement[]) => (await database.use()).write(statements);
  const read = async (sql: string, params: Statement['params'] = []) => (await database.use()).all(sql, params);

  return {
    async saveWebhook(webhook: StoredWebhook) {
      const { id, events, createdAt, disabled } = webhook;
      await write({
        sql: `INSERT INTO webhooks (id, events, enabled, created_at, body) VALUES (?, ?, ?, ?, ?)
          ON CONFLICT (id) DO UPDATE SET events = excluded.events, enabled = excluded.enabled, body = excluded.body`,
        params: [id, JSON.stringify(events), disabled === undefined ? 1 : 0, createdAt, JSON.stringify(webhook)],
      });
    },

    async markWebhook(webhookId: string, { failingSince, disabled }) {
      const outcome = await write({
        // Of a merge patch, null takes a member away.
        sql: `UPDATE webhooks SET body = json_patch(body, ?), enabled = ? WHERE id = ? AND enabled = 1`,
        params: [
          JSON.stringify({ failingSince: failingSince ?? null, ...(disabled === undefined ? {} : { disabled }) }),
          disabled === undefined ? 1 : 0,
          webhookId,
        ],
        expect: 1,
      });
      return outcome.committed;
    },

    async listWebhooks() {
      const rows = await read('SELECT id, body FROM webhooks ORDER BY created_at, id');
      return rows.map((row) => storedJson(row, 'body', `webhook ${textOf(row, 'id')}`) as StoredWebhook);
    },

    async deleteWebhook(webhookId: string) {
      await write({ sql: 'DELETE FROM webhooks WHERE id = ?', params: [webhookId] });
    },

    async claimDeliveries({ webhookId, now, until, limit = 1 }) {
      const due = `SELECT deliveries.rowid FROM deliveries JOIN webhooks ON webhooks.id = deliveries.webhook_id
        WHERE webhook_id = ?1 AND enabled = 1 AND state = 'pending' AND next_at <= ?2 AND claimed_until <= ?2
        ORDER BY deliveries.rowid LIMIT ?3`;
      const outcome = await write(
        { sql: `SELECT * FROM deliveries WHERE rowid IN (${due}) ORDER BY rowid`, params: [webhookId, now, limit] },
        {
          sql: `UPDATE deliveries SET claimed_until = ?4 WHERE rowid IN (${due})`,
          params: [webhookId, now, limit, until],
        },
      );
      return outcome.committed ? (outcome.results[0]?.rows ?? []).map(deliveryOf) : [];
    },

    async settleDelivery(deliveryId: string, { state, attempts, nextAt, outcome }: DeliveryResult) {
      await write({
        sql: `UPDATE deliveries SET state = ?, attempts = ?, next_at = ?, outcome = ?, claimed_until = 0
          WHERE id = ? AND state = 'pending'`,
        params: [state, attempts, nextAt, JSON.stringify(outcome), deliveryId],
      });
    },

    async requeueDelivery(deliveryId: string, now: number) {
      const outcome = await write({
        sql: `UPDATE deliveries SET state = 'pending', attempts = 0, next_at = ?, claimed_until = 0 WHERE id = ?`,
        params: [now, deliveryId],
        expect: 1,
      });
      return outcome.committed;
    },

    async listDeliveries({ webhookId, state, limit = 50 } = {}) {
      const rows = await read(
        `SELECT * FROM deliveries WHERE (?1 IS NULL OR webhook_id = ?1) AND (?2 IS NULL OR state = ?2)
          ORDER BY rowid DESC LIMIT ?3`,
        [webhookId, state, limit],
      );
      return rows.map(deliveryOf);
    },

    async countDeliveries() {
      const rows = await read('SELECT webhook_id, state, count(*) AS found FROM deliveries GROUP BY webhook_id, state');
      return rows.map((row) => ({
        webhookId: textOf(row, 'webhook_id'),
        state: textOf(row, 'state') as DeliveryState,
        count: numberOf(row, 'found'),
      }));
    },
  };
}

function deliveryOf(row: Row): Delivery {
  const id = textOf(row, 'id');
  const outcome = storedJson(row, 'outcome', `delivery ${id}`) as string | undefined;
  return {
    id,
    webhookId: textOf(row, 'webhook_id'),
    runId: textOf(row, 'run_id'),
    seq: numberOf(row, 'seq'),
    createdAt: numberOf(row, 'created_at'),
    state: textOf(row, 'state') as DeliveryState,
    attempts: numberOf(row, 'attempts'),
    nextAt: numberOf(row, 'next_at'),
    ...(outcome === undefined ? {} : { outcome }),
  };
}
