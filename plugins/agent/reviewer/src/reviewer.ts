import {
  bullets,
  describeFindings,
  describeInstructions,
  describePlan,
  describeRequirement,
  fenced,
  opening,
  section,
} from '@forge/briefing';
import { defineAgent, runToolLoop, type Agent, type Change } from '@forge/plugin-api';
import { reviewSchema } from './review-schema.ts';

/** Reads a change with tools that only read, and reports faults that can be checked. */
export function createReviewer(prompt: string): Agent<'reviewer'> {
  return defineAgent({
    id: 'reviewer',
    type: 'reviewer',
    description: 'Reads a change and reports real faults with file, line and quote',
    async execute(input, ctx) {
      const { length } = input.change.files;
      ctx.progress(`reading ${length} changed ${length === 1 ? 'file' : 'files'}`);
      const { requirement, plan, change, diff, instructions, round, previousFindings } = input;
      return runToolLoop(ctx, {
        system: prompt,
        opening: opening(
          requirement,
          describeRequirement(requirement),
          describePlan(plan),
          describeInstructions(instructions),
          section('Changed files', describeFiles(change)),
          section('Diff', fenced(diff, 'diff')),
          section(`Found in earlier rounds (this is round ${round})`, describeFindings(previousFindings)),
        ),
        answer: { name: 'review', schema: reviewSchema },
      });
    },
  });
}

function describeFiles({ files }: Change): string {
  return bullets(files.map(({ path, added, removed }) => `${path} +${added} -${removed}`));
}
