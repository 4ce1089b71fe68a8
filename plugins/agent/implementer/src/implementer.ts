import {
  bullets,
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
  type Conflict,
  type ImplementationInput,
  type TestEvidence,
} from '@forge/plugin-api';

type Feedback = NonNullable<ImplementationInput['feedback']>;

export interface ImplementerPrompts {
  readonly system: string;
  /** What to do with two changes that do not fit. */
  readonly conflict: string;
}

/** Carries out one task in a small native tool loop, mends what review or tests found, or resolves a conflict. */
export function createImplementer(prompts: ImplementerPrompts): Agent<'implementer'> {
  return defineAgent({
    id: 'implementer',
    type: 'implementer',
    description: 'Carries out one task with tools, in a workspace of its own',
    async execute(input, ctx) {
      ctx.progress(activity(input.feedback));
      return runToolLoop(ctx, {
        system: prompts.system,
        opening: opening(
          input.requirement,
          describeRequirement(input.requirement),
          describePlan(input.plan),
          describeInstructions(input.instructions),
          describeTask(input.task),
          input.feedback === undefined ? '' : describeFeedback(input.feedback, prompts),
        ),
        answer: { name: 'result', schema: implementationOutputSchema },
      });
    },
  });
}

function activity(feedback: Feedback | undefined): string {
  if (feedback === undefined) return 'reading the code';
  return feedback.conflict === undefined ? 'dealing with what was found' : 'resolving a conflict';
}

function describeFeedback({ findings, failedTests, conflict }: Feedback, prompts: ImplementerPrompts): string {
  return paragraphs(
    section('Findings to deal with', describeFindings(findings)),
    failedTests === undefined ? '' : section('Tests that fail', describeFailure(failedTests)),
    conflict === undefined ? '' : section('Conflict to resolve', describeConflict(conflict, prompts.conflict)),
  );
}

function describeConflict({ files, diff, others, faults }: Conflict, prompt: string): string {
  return paragraphs(
    prompt.trim(),
    section('Files with conflicts', bullets(files)),
    ...others.map((other) => section(`Merged before: ${other.title}`, paragraphs(other.goal, fenced(other.diff)))),
    section("Your task's own change", fenced(diff)),
    section('Why the last attempt was not taken', bullets(faults)),
  );
}

function describeFailure({ command, exitCode, timedOut, output, comparison }: TestEvidence): string {
  const end = timedOut ? 'did not end in time' : `ended with exit code ${exitCode ?? 'unknown'}`;
  const names = comparison?.newlyFailing.names ?? [];
  const list =
    names.length === 0 ? '' : `They did not fail before the change:\n${names.map((name) => `- ${name}\n`).join('')}`;
  return `\`${command}\` ${end}. Find the cause and mend it.\n${list}${fenced(output)}`;
}
