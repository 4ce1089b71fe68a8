import { defineAgent, reviewOutputSchema } from '@forge/plugin-api';

const system = `You review a change. You look for one thing only: errors that are caught and then ignored.
Give each as a finding with file, line and the quoted line; approve when there is none.`;

/**
 * A stateless function of input and context: what goes through `ctx` is recorded, paid for once and survives a crash.
 * To let the model use tools, see runToolLoop of @forge/plugin-api.
 */
export const sampleThing = defineAgent({
  id: 'sample-thing',
  type: 'reviewer',
  description: 'Looks for errors that are ignored',
  async execute({ requirement, diff }, ctx) {
    const review = await ctx.llm.object({
      name: 'review',
      schema: reviewOutputSchema,
      system,
      messages: [{ role: 'user', content: [{ type: 'text', text: `Task: ${requirement.task}\n\n${diff}` }] }],
    });
    await ctx.note(`${review.findings.length} findings`, 'these are errors that nobody would hear of');
    return review;
  },
});
