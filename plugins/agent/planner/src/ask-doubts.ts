import type { AgentContext } from '@forge/plugin-api';
import type { Doubt } from './draft-schema.ts';

export interface Clarification {
  readonly question: string;
  readonly answer: string;
  /** `assumption`: nobody answered in time. */
  readonly by: 'person' | 'assumption';
}

/** Asks one after the other, so that a person sees one question at a time. */
export async function askDoubts(ctx: AgentContext, doubts: readonly Doubt[]): Promise<Clarification[]> {
  const clarifications: Clarification[] = [];
  for (const { question, why, options, assumption } of doubts) {
    const choices = options.map((label, index) => ({ id: String(index + 1), label }));
    const { answer, by } = await ctx.ask({
      question,
      why,
      assumption,
      ...(choices.length > 0 && { options: choices }),
    });
    clarifications.push({ question, by, answer: choices.find(({ id }) => id === answer)?.label ?? answer });
  }
  return clarifications;
}

/** As it stands in the plan, for those who carry it out. */
export function clarificationLine({ question, answer, by }: Clarification): string {
  return `${question} ${answer}${by === 'assumption' ? ' (assumed: nobody answered)' : ''}`;
}
