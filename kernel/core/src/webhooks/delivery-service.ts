import type { Logger, RunStore, StoredWebhook } from '@forge/plugin-api';
import { type Courier, createCourier } from './courier.ts';
import type { TryWorld } from './try-delivery.ts';
import type { WebhookTarget } from './webhook-target.ts';

/** The courier of one host: there is one as soon as there is anybody to deliver to. */
export interface DeliveryService {
  /** From now on, and until the host closes, what happens is delivered. Never rejects. */
  start(): Promise<void>;
  /** Tries what is due now, once. */
  deliver(): Promise<void>;
  /** A webhook has come, changed, or has something to be sent again. */
  changed(): Promise<void>;
  /** Told when a webhook is switched off because of its receiver. Takes the place of the listener before. */
  onSwitchedOff(listener: (webhook: StoredWebhook) => Promise<void>): void;
  close(): Promise<void>;
}

export interface DeliveryServiceOptions {
  readonly configured: readonly WebhookTarget[];
  /** The store, once it knows what the configuration says. */
  store(): Promise<RunStore>;
  targetOf(webhook: StoredWebhook): WebhookTarget | undefined;
  /** Calls the listener with each event that this process stores. */
  listen(listener: () => void): Promise<() => void>;
  world(): Omit<TryWorld, 'store'>;
  readonly log: Logger;
}

/** How long a host that closes goes on with what is due. */
const graceMs = 5_000;

export function createDeliveryService(options: DeliveryServiceOptions): DeliveryService {
  const { configured, targetOf, log } = options;
  let courier: Promise<Courier> | undefined;
  let stopListening: (() => void) | undefined;
  let serving = false;
  let tellSwitchedOff = async (_webhook: StoredWebhook): Promise<void> => {};

  async function begin(): Promise<Courier> {
    const store = await options.store();
    const onSwitchedOff = async (webhook: StoredWebhook) => {
      log.warn(`Webhook ${webhook.id} is switched off: ${webhook.disabled?.reason}`, { webhook: webhook.id });
      await tellSwitchedOff(webhook);
    };
    const made = createCourier({ ...options.world(), log, store, targetOf, onSwitchedOff });
    await tellTroubles(store);
    stopListening = await options.listen(() => made.wake());
    return made;
  }

  /** What was switched off by itself is told until somebody has looked after it. */
  async function tellTroubles(store: RunStore): Promise<void> {
    for (const { id, disabled } of await store.listWebhooks()) {
      if (disabled?.by === 'forge')
        log.warn(`Webhook ${id} is switched off: ${disabled.reason}. When that is mended: forge webhook enable ${id}`);
    }
    for (const { id, missing } of configured)
      if (missing.length > 0) log.warn(`Webhook ${id} cannot be told anything: ${missing.join(', ')} is not set`);
  }

  async function serve(): Promise<void> {
    try {
      if (courier === undefined && (await (await options.store()).listWebhooks()).length === 0) return;
      (await (courier ??= begin())).start();
    } catch (error) {
      courier = undefined;
      log.warn('Webhooks are not told what happens', { error: String(error) });
    }
  }

  return {
    async start() {
      serving = true;
      await serve();
    },
    async deliver() {
      await (await (courier ??= begin())).deliver();
    },
    async changed() {
      if (serving) await serve();
      (await courier)?.wake();
    },
    onSwitchedOff(listener) {
      tellSwitchedOff = listener;
    },
    async close() {
      serving = false;
      const running = await courier?.catch(() => undefined);
      stopListening?.();
      await running?.close(graceMs);
    },
  };
}
