import { deliverySchema, deliveryStates, eventFilterSchema, storedWebhookSchema, z } from '@forge/plugin-api';

/** Who is told of events, as it may be shown: no address with what may be a secret in it, no header. */
export const webhookSchema = z.object({
  ...storedWebhookSchema.omit({ target: true }).shape,
  /** Name of the sender. */
  use: z.string(),
  url: z.string().optional(),
  /** Environment variables that its configuration names and that are not set. */
  missing: z.array(z.string()),
  counts: z.object({ pending: z.int(), delivered: z.int(), dead: z.int() }),
  repositoryId: z.string(),
});
export type ApiWebhook = z.output<typeof webhookSchema>;
export const webhookPageSchema = z.object({ items: z.array(webhookSchema) });

export const createWebhookSchema = z.strictObject({
  /** Default: made of the address. */
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'expected a short name of lower-case letters, digits and dashes')
    .optional(),
  events: z.array(eventFilterSchema).min(1).max(100),
  url: z.url({ protocol: /^https?$/ }).max(2_000),
  /** Name of a sender. Default: as configured. */
  use: z.string().min(1).optional(),
  headers: z
    .record(z.string().regex(/^[\w-]{1,100}$/, 'expected the name of a header'), z.string().max(4_000))
    .optional(),
  /** A JMESPath expression: what is sent instead of the event. Code only stands in configurations. */
  transform: z.string().min(1).max(4_000).optional(),
  /** Id or absolute path. May be left out where the server has one repository. */
  repository: z.string().min(1).optional(),
});
export type CreateWebhook = z.input<typeof createWebhookSchema>;

/** `secret`: its receiver needs it to check signatures. It is shown this once. */
export const createdWebhookSchema = webhookSchema.extend({ secret: z.string() });

export const apiDeliverySchema = z.object({ ...deliverySchema.shape });
export type ApiDelivery = z.output<typeof apiDeliverySchema>;
export const deliveryPageSchema = z.object({ items: z.array(apiDeliverySchema) });
export const deliveryStateSchema = z.enum(deliveryStates);

export const disableWebhookSchema = z.strictObject({ reason: z.string().max(500).default('no reason given') });
/** These deliveries; without any, all of the webhook that were given up. */
export const replaySchema = z.strictObject({ deliveries: z.array(z.string().max(200)).max(1_000).optional() });
export const replayedSchema = z.object({ queued: z.int() });
export const testedSchema = z.object({ outcome: z.string() });
