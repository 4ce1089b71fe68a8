import { z } from '@forge/plugin-api';

export const optionsSchema = z.strictObject({
  /** The recording to play. */
  file: z.string().min(1).optional(),
});

export type RecordedOptions = z.output<typeof optionsSchema>;
