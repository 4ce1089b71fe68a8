import { z } from '@forge/plugin-api';

/** What came of one prompt. */
export const replySchema = z.strictObject({
  /** As it calls itself. */
  agent: z.string(),
  /** Its last words. */
  message: z.string(),
  /** Why it stopped, as the protocol says. */
  stopReason: z.string(),
  cost: z.enum(['reported', 'unknown']),
});
export type Reply = z.output<typeof replySchema>;
