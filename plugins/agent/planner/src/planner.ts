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

/** Of what was learned, at most so much goes into the prompt. */
const mostLessons = 5;

/** Reads the repository, asks what only the person can know, and answers a task graph. */
export function createPlanner(prompt: string): Agent<'planner'> {
  return defineAgent({
    id: 'planner',
    type: 'planner',
    description: 'Reads the repository, weighs the requirement, and answers a graph of tasks',
    async execute(input, ctx) {
      ctx.progress('reading the repository');
      const lessons = await recallLessons(ctx, input);
      const draft = await runToolLoop(ctx, {
        system: prompt,
        opening: firstOpening(input, lessons),
        answer: { name: 'plan', schema: draftSchema },
      });
      const { score, gaps } = draft.assessment;
      await ctx.note(`requirement assessed at ${score}`, gaps.join('; ') || 'nothing was missing');
      return draft.questions.length > 0 && score < clearEnough
        ? clarify(prompt, { input, lessons, draft }, ctx)
        : settled(draft);
    },
  });
}

/** A doubt about a clear requirement costs nobody's time: its assumption stands. */
function settled({ questions, ...plan }: Draft): Plan {
  const assumed = questions.map(({ question, assumption }) => `${question} ${assumption}`);
  return { ...plan, assumptions: [...plan.assumptions, ...assumed] };
}

/** What earlier runs in this repository found out that bears on the task. */
async function recallLessons(ctx: AgentContext, { requirement }: PlanningInput): Promise<readonly string[]> {
  const memories = await ctx.memory.recall({ context: requirement.task, limit: mostLessons, minConfidence: 0.3 });
  return memories.map(({ content }) => content);
}

interface Drafted {
  readonly input: PlanningInput;
  readonly lessons: readonly string[];
  readonly draft: Draft;
}

async function clarify(prompt: string, drafted: Drafted, ctx: AgentContext): Promise<Plan> {
  const clarifications = await askDoubts(ctx, drafted.draft.questions);
  ctx.progress('planning with the answers');
  const plan = await runToolLoop(ctx, {
    system: prompt,
    opening: secondOpening(drafted, clarifications),
    answer: { name: 'plan', schema: graphSchema },
  });
  return { ...plan, assumptions: [...plan.assumptions, ...clarifications.map(clarificationLine)] };
}

function firstOpening({ requirement, project }: PlanningInput, lessons: readonly string[]): ContentBlock[] {
  return opening(
    requirement,
    describeRequirement(requirement),
    describeProject(project),
    describeInstructions(project.instructions),
    section('Learned in earlier runs', bullets(lessons)),
  );
}

function secondOpening(drafted: Drafted, clarifications: readonly Clarification[]): ContentBlock[] {
  const { questions: _, ...plan } = drafted.draft;
  return [
    ...firstOpening(drafted.input, drafted.lessons),
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
