import { graphFaults, planSchema, z } from '@forge/plugin-api';

/** Below this score what is wanted is asked for; from it on, defaults close the gaps. */
export const clearEnough = 0.7;

/** Something that only the person knows. */
const doubtSchema = z.strictObject({
  question: z.string().min(1),
  why: z.string().min(1),
  options: z.array(z.string().min(1)).max(4).default([]),
  assumption: z.string().min(1),
});
export type Doubt = z.output<typeof doubtSchema>;

/** A plan whose tasks form a graph that can be carried out. What is wrong with it goes back to the model. */
export const graphSchema = planSchema.superRefine(({ tasks }, ctx) => {
  for (const { path, message } of graphFaults(tasks))
    ctx.addIssue({ code: 'custom', path: ['tasks', ...path], message });
});

/** The first answer: a plan, and what should be asked before it is carried out. */
export const draftSchema = graphSchema.safeExtend({ questions: z.array(doubtSchema).max(3).default([]) });
export type Draft = z.output<typeof draftSchema>;
