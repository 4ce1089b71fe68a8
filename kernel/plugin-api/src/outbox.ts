import { z } from 'zod';
import { eventSchemas } from './event.ts';
import { jsonSchema } from './json.ts';

/** A type of event, a prefix such as `run.*`, or `*` for all. */
export const eventFilterSchema = z.enum(eventFilters());

function eventFilters(): string[] {
  const types = Object.keys(eventSchemas);
  const prefixes = types.filter((type) => type.includes('.')).map((type) => type.replace(/\.[^.]+$/, '.*'));
  return ['*', ...new Set(prefixes), ...types];
}

/** Do these filters name the event? */
export function filtersMatch(filters: readonly string[], type: string): boolean {
  return filters.some(
    (filter) => filter === '*' || filter === type || (filter.endsWith('.*') && type.startsWith(filter.slice(0, -1))),
  );
}

/** Who is told of events. */
export const storedWebhookSchema = z.strictObject({
  id: z.string(),
  events: z.array(z.string()),
  /** `configuration`: all else about it stands there. */
  source: z.enum(['configuration', 'api']),
  /** What the kernel needs to know of one that was made over the API. */
  target: jsonSchema.optional(),
  createdAt: z.number(),
  /** Nothing is queued or sent. `by`: who switched it off; `forge` itself, `configuration`, or a person. */
  disabled: z.strictObject({ at: z.number(), by: z.string(), reason: z.string() }).optional(),
  /** Of the first of the failures in a row. Undefined: the last try was a success. */
  failingSince: z.number().optional(),
});
export type StoredWebhook = z.output<typeof storedWebhookSchema>;

export const deliveryStates = ['pending', 'delivered', 'dead'] as const;
export type DeliveryState = (typeof deliveryStates)[number];

/** One event for one webhook. */
export const deliverySchema = z.strictObject({
  /** `<webhook>.<run>.<seq>`. */
  id: z.string(),
  webhookId: z.string(),
  runId: z.string(),
  /** Of the event. */
  seq: z.int(),
  /** When the event happened. */
  createdAt: z.number(),
  /** `pending`: to be tried at `nextAt`. `dead`: given up. */
  state: z.enum(deliveryStates),
  /** Tries that were made. */
  attempts: z.int(),
  nextAt: z.number(),
  /** How the last try ended, in one line. */
  outcome: z.string().optional(),
});
export type Delivery = z.output<typeof deliverySchema>;

/** What became of a try. `outcome` in one line, without secrets. */
export type DeliveryResult = Pick<Delivery, 'state' | 'attempts' | 'nextAt'> & { readonly outcome: string };

/** The part of a `RunStore` that keeps what webhooks have to be told. */
export interface Outbox {
  /** Makes it, or changes the one with that id, whose deliveries stay. */
  saveWebhook(webhook: StoredWebhook): Promise<void>;
  /**
   * Writes down what came of its deliveries: since when it fails (undefined: it does not), and that it is switched off.
   * All else stays as it is. False, and nothing is changed, when it is switched off or gone by now.
   */
  markWebhook(webhookId: string, mark: Pick<StoredWebhook, 'failingSince' | 'disabled'>): Promise<boolean>;
  /** Oldest first. */
  listWebhooks(): Promise<readonly StoredWebhook[]>;
  /** With its deliveries. Of one that is not there: does nothing. */
  deleteWebhook(webhookId: string): Promise<void>;
  /**
   * The oldest pending deliveries of a webhook that is not disabled, whose time has come and that nobody else holds.
   * Until `until` nobody else gets them, so that a crash delays them and loses none. Default limit: 1.
   */
  claimDeliveries(request: {
    readonly webhookId: string;
    readonly now: number;
    readonly until: number;
    readonly limit?: number;
  }): Promise<readonly Delivery[]>;
  /** Ends the claim. What is delivered or gone stays so, whatever a slower process says later. */
  settleDelivery(deliveryId: string, result: DeliveryResult): Promise<void>;
  /** Makes it pending again, with no tries made, due now. False when there is none of that id. */
  requeueDelivery(deliveryId: string, now: number): Promise<boolean>;
  /** Newest first. Default limit 50. */
  listDeliveries(query?: {
    readonly webhookId?: string;
    readonly state?: DeliveryState;
    readonly limit?: number;
  }): Promise<readonly Delivery[]>;
  countDeliveries(): Promise<
    readonly { readonly webhookId: string; readonly state: DeliveryState; readonly count: number }[]
  >;
}
