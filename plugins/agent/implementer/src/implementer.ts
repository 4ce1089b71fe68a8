import {
  describeFindings,
  describeInstructions,
  describePlan,
  describeRequirement,
  describeTask,
  fenced,
  opening,
  paragraphs,
  section,
} from '@forge/briefing';
import {
  defineAgent,
  implementationOutputSchema,
  runToolLoop,
  type Agent,
  type ImplementationInput,
  type TestEvidence,
} from '@forge/plugin-api';

type Feedback = NonNullable<ImplementationInput['feedback']>;

/** Carries out one task in a small native tool loop, or mends what review or tests found. */
export function createImplementer(prompt: string): Agent<'implementer'> {
  return defineAgent({
    id: 'implementer',
    type: 'implementer',
    description: 'Carries out one task with tools, in a workspace of its own',
    async execute(input, ctx) {
      ctx.progress(input.feedback === undefined ? 'reading the code' : 'dealing with what was found');
      return runToolLoop(ctx, {
        system: prompt,
        opening: opening(
          input.requirement,
          describeRequirement(input.requirement),
          describePlan(input.plan),
          describeInstructions(input.instructions),
          describeTask(input.task),
          input.feedback === undefined ? '' : describeFeedback(input.feedback),
        ),
        answer: { name: 'result', schema: implementationOutputSchema },
      });
    },
  });
}

function describeFeedback({ findings, failedTests }: Feedback): string {
  return paragraphs(
    section('Findings to deal with', describeFindings(findings)),
    failedTests === undefined ? '' : section('Tests that fail', describeFailure(failedTests)),
  );
}

function describeFailure({ command, exitCode, timedOut, output }: TestEvidence): string {
  const end = timedOut ? 'did not end in time' : `ended with exit code ${exitCode ?? 'unknown'}`;
  return `\`${command}\` ${end}. Find the cause and mend it.\n${fenced(output)}`;
}
