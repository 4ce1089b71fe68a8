import { type ConfigLayer, requirementSchema, z } from '@forge/plugin-api';

/**
 * A run that the server has taken on. The file of it is there before the answer is sent, and goes when the run needs
 * the server no more, so that nothing that was accepted is lost with the process.
 */
export const workSchema = z.strictObject({
  /** The run's id. */
  id: z.string(),
  repositoryId: z.string(),
  /** For a run that may not be stored yet. */
  start: z.strictObject({ requirement: requirementSchema, planOnly: z.boolean() }).optional(),
  /** For one that begins as a copy of another. */
  fork: z.strictObject({ from: z.string(), at: z.int().optional() }).optional(),
  approve: z.boolean(),
  settings: z.strictObject({
    budgetUsd: z.number().optional(),
    provider: z.string().optional(),
    model: z.string().optional(),
  }),
  acceptedAt: z.number(),
  /** It goes on by itself at that time, such as when a quota is full again. */
  wakeAt: z.number().optional(),
  /** How often a new process took it up, and how far it had come the last time. */
  recoveries: z.int(),
  lastSeq: z.int(),
  /** Somebody does not want it any more: it is not taken up again when the server dies before it has stopped. */
  cancelled: z.literal(true).optional(),
  /** It could not begin: kept for a day, so that who asks learns why. */
  refused: z.strictObject({ code: z.string(), message: z.string(), at: z.number() }).optional(),
});
export type Work = z.output<typeof workSchema>;

/** The settings of one run as the strongest layer of configuration; undefined when there are none. */
export function flagsOf({ budgetUsd, provider, model }: Work['settings']): ConfigLayer | undefined {
  const llm = { ...(provider === undefined ? {} : { provider }), ...(model === undefined ? {} : { model }) };
  const layer: ConfigLayer = {
    ...(budgetUsd === undefined ? {} : { safety: { budgetUsd } }),
    ...(Object.keys(llm).length === 0 ? {} : { llm }),
  };
  return Object.keys(layer).length === 0 ? undefined : layer;
}
