import type { WebhookReport, Webhooks } from '@forge/core';
import { forgeError } from '@forge/plugin-api';
import type { ApiWebhook, ForgeClient } from '@forge/sdk';

/** The most that a page of deliveries holds. */
const mostDeliveries = 500;

/** Who a server tells of what happens in one of its repositories. */
export function createRemoteWebhooks({ webhooks }: ForgeClient, repository: string | undefined): Webhooks {
  const query = { repository };
  /** Of those that were made here: no server tells them twice. */
  const secrets = new Map<string, string>();
  const list = async () => (await webhooks.list(query)).items.map(reportOf);
  const ofServer = async (): Promise<never> => {
    throw forgeError('UNSUPPORTED', 'A server delivers by itself');
  };

  /** The id of a delivery begins with that of its webhook. */
  async function byWebhook(deliveryIds: readonly string[]): Promise<ReadonlyMap<string, string[]>> {
    const known = await list();
    const groups = new Map<string, string[]>();
    for (const deliveryId of deliveryIds) {
      const owner = known.find(({ id }) => deliveryId.startsWith(`${id}.`));
      if (owner === undefined)
        throw forgeError('DELIVERY_NOT_FOUND', `There is no delivery ${deliveryId}`, {
          fix: 'forge webhook show lists them',
        });
      groups.set(owner.id, [...(groups.get(owner.id) ?? []), deliveryId]);
    }
    return groups;
  }

  return {
    list,
    async create({ headers, use, transform, id, url, events }) {
      const { secret, ...made } = await webhooks.create({
        url,
        events: [...events],
        ...(id === undefined ? {} : { id }),
        ...(use === undefined ? {} : { use }),
        ...(headers === undefined ? {} : { headers: { ...headers } }),
        ...(transform === undefined ? {} : { transform }),
        ...(repository === undefined ? {} : { repository }),
      });
      secrets.set(made.id, secret);
      return reportOf(made);
    },
    remove: (id) => webhooks.delete(id, query),
    enable: async (id) => reportOf(await webhooks.enable(id, query)),
    disable: async (id, _by, reason) => reportOf(await webhooks.disable(id, { reason }, query)),
    async secretOf(id) {
      const secret = secrets.get(id);
      if (secret !== undefined) return secret;
      throw forgeError('UNSUPPORTED', `A server tells the key of ${id} only when it is made`, {
        fix: `call forge webhook show ${id} --secret on the machine of the server`,
      });
    },
    async deliveries({ webhookId, state, limit = 50 } = {}) {
      const wanted = webhookId === undefined ? (await list()).map(({ id }) => id) : [webhookId];
      const most = { limit: Math.min(limit, mostDeliveries), ...(state === undefined ? {} : { state }) };
      const pages = await Promise.all(wanted.map((id) => webhooks.deliveries(id, { ...query, ...most })));
      return pages.flatMap(({ items }) => items);
    },
    async replay(what) {
      if ('webhookId' in what) return (await webhooks.replay(what.webhookId, {}, query)).queued;
      let queued = 0;
      for (const [id, deliveries] of await byWebhook(what.deliveryIds))
        queued += (await webhooks.replay(id, { deliveries }, query)).queued;
      return queued;
    },
    test: async (id) => (await webhooks.test(id, query)).outcome,
    deliver: () => webhooks.deliver(query),
    start: ofServer,
    onSwitchedOff: () => {},
    close: async () => {},
  };
}

function reportOf({ repositoryId: _repositoryId, url, ...webhook }: ApiWebhook): WebhookReport {
  return { ...webhook, url };
}
