import { z } from '@forge/plugin-api';

export const optionsSchema = z.strictObject({
  /** The program that speaks ACP over standard input and output. */
  command: z.string().min(1),
  args: z.array(z.string()).default([]),
  /** Beside the few variables that any command of a run gets. */
  env: z.record(z.string(), z.string()).default({}),
  /** Names of variables of yours that it gets, too, such as the key that it pays its model with. */
  secrets: z.array(z.string()).default([]),
  /** How long it may take to start. */
  startSeconds: z.number().positive().default(60),
  /** How long it may work on one task. */
  minutes: z.number().positive().max(1440).default(30),
});
export type AcpOptions = z.output<typeof optionsSchema>;
