import { modelOverrideSchema } from '@forge/model-http';
import { z } from '@forge/plugin-api';

export const optionsSchema = z.strictObject({
  /** Used when the configuration names no model. */
  model: z.string().min(1).default('claude-sonnet-5-5'),
  /** Goes before ANTHROPIC_BASE_URL. */
  baseUrl: z.url().optional(),
  /** How much the model thinks. Default: the model's own. */
  effort: z.enum(['low', 'medium', 'high', 'xhigh', 'max']).optional(),
  /** The most time until the first byte of an answer. */
  firstByteMs: z.int().positive().default(120_000),
  /** The most time without a byte in the middle of an answer. */
  stallMs: z.int().positive().default(60_000),
  /** The most bytes of an answer, as it comes over the wire. */
  maxReplyBytes: z
    .int()
    .positive()
    .default(64 * 1024 * 1024),
  /** Limits and prices of models that the table does not know, or of which you know better. */
  models: z.record(z.string(), modelOverrideSchema).default({}),
});

export type AnthropicOptions = z.output<typeof optionsSchema>;
