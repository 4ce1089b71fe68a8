import type { Answer, PhaseName, Question } from '@forge/plugin-api';
import type { Run } from '../run/run.ts';

interface Asker {
  readonly phase: PhaseName;
  readonly taskId?: string;
  readonly executionId: string;
  readonly ordinal: number;
}

/** `ctx.ask`: a person's answer, or the stated assumption where configuration lets the run go on with it. */
export async function answerQuestion(
  run: Run,
  asker: Asker,
  { question, why, options, assumption }: Question,
): Promise<Answer> {
  const { onTimeout, timeoutMinutes } = run.deps.config.questions;
  const decision = await run.ask({
    kind: 'question',
    title: question,
    body: [why, assumption === undefined ? undefined : `Without an answer: ${assumption}`]
      .filter((part) => part !== undefined)
      .join('\n\n'),
    options: [...(options ?? [])],
    reason: 'clarification',
    ...asker,
    timeoutMs: timeoutMinutes * 60_000,
    ...(onTimeout === 'assume' && assumption !== undefined ? { assumption } : {}),
  });
  const byPerson = decision.by !== 'timeout';
  return { answer: decision.answer ?? decision.reason ?? assumption ?? '', by: byPerson ? 'person' : 'assumption' };
}
