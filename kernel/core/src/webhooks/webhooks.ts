import {
  type Clock,
  type Delivery,
  forgeError,
  type HumanRequest,
  type Logger,
  type RunStore,
  type StoredWebhook,
  type WebhookSender,
} from '@forge/plugin-api';
import { createDeliveryService, type DeliveryService } from './delivery-service.ts';
import { sampleEvent } from './sample-event.ts';
import { reportWebhooks, type WebhookReport } from './report-webhooks.ts';
import { syncWebhooks } from './sync-webhooks.ts';
import { createTransformRunner, type TransformRunner } from './transform-runner.ts';
import { expressionFault } from './expression-fault.ts';
import { sendEvent, type TryWorld } from './try-delivery.ts';
import type { WebhookKeys } from './webhook-keys.ts';
import { type ApiTarget, apiTargetSchema, idOf, storedTarget, type WebhookTarget } from './webhook-target.ts';

export interface NewWebhook extends Partial<Omit<ApiTarget, 'url'>>, Pick<ApiTarget, 'url'> {
  /** Default: made of the address. */
  readonly id?: string;
  readonly events: readonly string[];
}

/** Who is told of events, and what they have been told. */
export interface Webhooks extends Pick<DeliveryService, 'deliver' | 'start' | 'onSwitchedOff' | 'close'> {
  list(): Promise<readonly WebhookReport[]>;
  /** Rejects with INPUT_INVALID. */
  create(request: NewWebhook): Promise<WebhookReport>;
  /** With what it has not been told. Rejects with WEBHOOK_NOT_FOUND, and with USAGE for one of the configuration. */
  remove(webhookId: string): Promise<void>;
  enable(webhookId: string): Promise<WebhookReport>;
  /** What is queued stays so; what happens meanwhile is not. */
  disable(webhookId: string, by: string, reason: string): Promise<WebhookReport>;
  /** What its requests are signed with, unless its configuration names a variable. */
  secretOf(webhookId: string): Promise<string>;
  /** Newest first. */
  deliveries(query?: Parameters<RunStore['listDeliveries']>[0]): Promise<readonly Delivery[]>;
  /** Sends again: these deliveries, or all of a webhook that were given up. Gives how many. */
  replay(what: { readonly deliveryIds: readonly string[] } | { readonly webhookId: string }): Promise<number>;
  /** Sends an event that did not happen, and says what came of it. Rejects with what went wrong. */
  test(webhookId: string): Promise<string>;
}

export interface WebhooksOptions {
  readonly configured: readonly WebhookTarget[];
  readonly defaultSender: string;
  /** Hosts of webhooks made over the API that may be private. */
  readonly privateHosts: readonly string[];
  readonly repository: string;
  readonly cacheFolder: string;
  store(): Promise<RunStore>;
  sender(name: string): Promise<WebhookSender>;
  /** Calls the listener with each event that this process stores. */
  listen(listener: () => void): Promise<() => void>;
  decideUrl(request: HumanRequest): Promise<string | undefined>;
  readonly keys: WebhookKeys;
  readonly clock: Clock;
  readonly log: Logger;
  newId(): string;
  random(): number;
  mask(text: string): string;
}

export function createWebhooks(options: WebhooksOptions): Webhooks {
  const { configured, clock, log, keys, privateHosts } = options;
  let transforms: TransformRunner | undefined;
  let synced: Promise<void> | undefined;

  const targetOf = (webhook: StoredWebhook): WebhookTarget | undefined =>
    webhook.source === 'api'
      ? storedTarget(webhook, privateHosts)
      : configured.find((target) => target.id === webhook.id);
  const secretOf = async (webhookId: string) =>
    `whsec_${(await keys.derive(`signing ${webhookId}`)).toString('base64')}`;

  /** The store, once it knows what the configuration says. */
  async function ready(): Promise<RunStore> {
    const store = await options.store();
    await (synced ??= syncWebhooks(store, configured, clock.now()).catch((error: unknown) => {
      synced = undefined;
      throw error;
    }));
    return store;
  }

  function world(): Omit<TryWorld, 'store'> {
    const { sender, decideUrl, random, mask } = options;
    transforms ??= createTransformRunner({ clock, cacheFolder: options.cacheFolder });
    return { clock, transforms, secretOf, sender, decideUrl, random, mask };
  }

  const delivery = createDeliveryService({ configured, store: ready, targetOf, listen: options.listen, world, log });
  const report = (store: RunStore, webhooks: readonly StoredWebhook[]) =>
    reportWebhooks(store, webhooks, { targetOf, defaultSender: options.defaultSender });

  async function find(store: RunStore, webhookId: string): Promise<StoredWebhook> {
    const found = (await store.listWebhooks()).find(({ id }) => id === webhookId);
    if (found !== undefined) return found;
    throw forgeError('WEBHOOK_NOT_FOUND', `There is no webhook ${webhookId}`, { fix: 'forge webhook list shows them' });
  }

  async function save(store: RunStore, webhook: StoredWebhook): Promise<WebhookReport> {
    await store.saveWebhook(webhook);
    await delivery.changed();
    return (await report(store, [webhook]))[0] as WebhookReport;
  }

  return {
    secretOf,
    async list() {
      const store = await ready();
      return report(store, await store.listWebhooks());
    },
    async create({ id, events, use = options.defaultSender, ...rest }) {
      const store = await ready();
      const target = apiTargetSchema.parse({ use, ...rest });
      const why = target.transform === undefined ? undefined : await expressionFault(target.transform);
      if (why !== undefined)
        throw forgeError('INPUT_INVALID', 'The transform is no JMESPath expression', {
          why,
          fix: "such as { text: join('', ['Done: ', payload.summary]) }",
        });
      await options.sender(use);
      const known = await store.listWebhooks();
      const wanted = id ?? `${idOf(target.url).slice(0, 22)}-${options.newId().slice(-6).toLowerCase()}`;
      if (known.some((webhook) => webhook.id === wanted))
        throw forgeError('INPUT_INVALID', `There is a webhook ${wanted} already`, { fix: 'choose another id' });
      return save(store, { id: wanted, events: [...events], source: 'api', target, createdAt: clock.now() });
    },
    async remove(webhookId) {
      const store = await ready();
      await find(store, webhookId);
      if (configured.some(({ id }) => id === webhookId))
        throw forgeError('USAGE', `Webhook ${webhookId} stands in the configuration`, {
          fix: `take it out there, or switch it off: forge webhook disable ${webhookId}`,
        });
      await store.deleteWebhook(webhookId);
    },
    async enable(webhookId) {
      const store = await ready();
      const { disabled, failingSince: _failingSince, ...webhook } = await find(store, webhookId);
      if (disabled?.by === 'configuration')
        throw forgeError('USAGE', `The configuration does not name webhook ${webhookId} any more`, {
          fix: 'add it there again',
        });
      return save(store, webhook);
    },
    async disable(webhookId, by, reason) {
      const store = await ready();
      return save(store, { ...(await find(store, webhookId)), disabled: { at: clock.now(), by, reason } });
    },
    async deliveries(query) {
      return (await ready()).listDeliveries(query);
    },
    async replay(what) {
      const store = await ready();
      const now = clock.now();
      const ids =
        'deliveryIds' in what
          ? what.deliveryIds
          : (
              await store.listDeliveries({
                webhookId: (await find(store, what.webhookId)).id,
                state: 'dead',
                limit: Number.MAX_SAFE_INTEGER,
              })
            ).map(({ id }) => id);
      for (const id of ids) {
        if (await store.requeueDelivery(id, now)) continue;
        throw forgeError('DELIVERY_NOT_FOUND', `There is no delivery ${id}`, { fix: 'forge webhook show lists them' });
      }
      await delivery.changed();
      return ids.length;
    },
    async test(webhookId) {
      const target = targetOf(await find(await ready(), webhookId));
      if (target === undefined)
        throw forgeError('WEBHOOK_NOT_FOUND', `Nobody knows where webhook ${webhookId} leads`, {
          fix: 'the configuration does not name it any more',
        });
      const id = `test.${options.newId()}`;
      const sample = { id, ...sampleEvent(id, clock.now(), options.repository) };
      return sendEvent(sample, target, new AbortController().signal, world());
    },
    deliver: delivery.deliver,
    start: delivery.start,
    onSwitchedOff: delivery.onSwitchedOff,
    async close() {
      await delivery.close();
      await transforms?.close();
    },
  };
}
