import { z } from 'zod';

/** Why people are asked to approve, as `HumanRequest.reason` says: what rules may allow beforehand. */
export const allowableGates = ['deployment', 'high-risk', 'protected-files', 'lost-tests'] as const;

/** A standing yes of a person, to what they have described. */
export const allowRuleSchema = z.strictObject({
  id: z.string(),
  gate: z.enum(allowableGates),
  /** Globs; every changed file must fit one. Undefined: whatever changes. */
  paths: z.array(z.string().min(1)).min(1).optional(),
  /** Absolute path of the repository; undefined: all. */
  repository: z.string().optional(),
  /** Undefined: until it is revoked. */
  expiresAt: z.number().optional(),
  /** Who made it. */
  by: z.string(),
  createdAt: z.number(),
});
export type AllowRule = z.output<typeof allowRuleSchema>;
