import { z } from '@forge/plugin-api';

export const optionsSchema = z.strictObject({
  /** With its version, such as `https://api.example.com/v1`. */
  baseUrl: z.url(),
  /** Used when the configuration names no model. */
  model: z.string().min(1).optional(),
});

export type SampleThingOptions = z.output<typeof optionsSchema>;

export interface Limits {
  /** The most time without a byte, in milliseconds. */
  readonly silenceMs: number;
  /** The most bytes of an answer. */
  readonly maxReplyBytes: number;
}

export const limits: Limits = { silenceMs: 60_000, maxReplyBytes: 64 * 1024 * 1024 };
