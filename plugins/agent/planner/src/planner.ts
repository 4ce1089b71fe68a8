import {
  bullets,
  describeInstructions,
  describePlan,
  describeProject,
  describeRequirement,
  opening,
  section,
} from '@forge/briefing';
import {
  defineAgent,
  runToolLoop,
  type Agent,
  type AgentContext,
  type ContentBlock,
  type Plan,
  type PlanningInput,
} from '@forge/plugin-api';
import { askDoubts, clarificationLine, type Clarification } from './ask-doubts.ts';
import { clearEnough, draftSchema, graphSchema, type Draft } from './draft-schema.ts';

/** Reads the repository, asks what only the person can know, and answers a task graph. */
export function createPlanner(prompt: string): Agent<'planner'> {
  return defineAgent({
    id: 'planner',
    type: 'planner',
    description: 'Reads the repository, weighs the requirement, and answers a graph of tasks',
    async execute(input, ctx) {
      ctx.progress('reading the repository');
      const draft = await runToolLoop(ctx, {
        system: prompt,
        opening: firstOpening(input),
        answer: { name: 'plan', schema: draftSchema },
      });
      const { score, gaps } = draft.assessment;
      await ctx.note(`requirement assessed at ${score}`, gaps.join('; ') || 'nothing was missing');
      return draft.questions.length > 0 && score < clearEnough ? clarify(prompt, input, draft, ctx) : settled(draft);
    },
  });
}

/** A doubt about a clear requirement costs nobody's time: its assumption stands. */
function settled({ questions, ...plan }: Draft): Plan {
  const assumed = questions.map(({ question, assumption }) => `${question} ${assumption}`);
  return { ...plan, assumptions: [...plan.assumptions, ...assumed] };
}

async function clarify(prompt: string, input: PlanningInput, draft: Draft, ctx: AgentContext): Promise<Plan> {
  const clarifications = await askDoubts(ctx, draft.questions);
  ctx.progress('planning with the answers');
  const plan = await runToolLoop(ctx, {
    system: prompt,
    opening: secondOpening(input, draft, clarifications),
    answer: { name: 'plan', schema: graphSchema },
  });
  return { ...plan, assumptions: [...plan.assumptions, ...clarifications.map(clarificationLine)] };
}

function firstOpening({ requirement, project, memories }: PlanningInput): ContentBlock[] {
  return opening(
    requirement,
    describeRequirement(requirement),
    describeProject(project),
    describeInstructions(project.instructions),
    section('Learned in earlier runs', bullets(memories)),
  );
}

function secondOpening(input: PlanningInput, draft: Draft, clarifications: readonly Clarification[]): ContentBlock[] {
  const { questions: _, ...plan } = draft;
  return [
    ...firstOpening(input),
    { type: 'text', text: describePlan(plan) },
    {
      type: 'text',
      text: section(
        'Answers to your questions',
        `${bullets(clarifications.map(clarificationLine))}\n\nThe plan above was your draft. Plan again with these answers; ask nothing more.`,
      ),
    },
  ];
}
