import { modelOverrideSchema } from '@forge/model-http';
import { z } from '@forge/plugin-api';

export const optionsSchema = z.strictObject({
  /** With its version, such as `http://127.0.0.1:11434/v1`. Goes before OPENAI_BASE_URL and before looking for one. */
  baseUrl: z.url().optional(),
  /** Used when the configuration names no model. Default: the first that a local server has. */
  model: z.string().min(1).optional(),
  /** With it, texts are embedded by this model. */
  embeddingModel: z.string().min(1).optional(),
  /** The most time until the first byte. Default: 120 s; of a local server, which may load the model first, 600 s. */
  firstByteMs: z.int().positive().optional(),
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

export type OpenAiOptions = z.output<typeof optionsSchema>;
