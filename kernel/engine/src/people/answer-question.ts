import type { Answer, PhaseName, Question } from '@forge/plugin-api';
import type { Journal } from '../execution/journal.ts';
import type { Run } from '../run/run.ts';
import { keepImages } from './keep-images.ts';
import { subjectHash, type Ask } from './ask-person.ts';

interface Asker {
  readonly phase: PhaseName;
  readonly taskId?: string;
  readonly executionId: string;
  readonly ordinal: number;
  readonly journal: Pick<Journal, 'find' | 'turnOf'>;
}

/** `ctx.ask`: a person's answer, or the stated assumption where configuration lets the run go on with it. */
export async function answerQuestion(
  run: Run,
  { journal, ...asker }: Asker,
  { question, why, options, assumption, images = [] }: Question,
): Promise<Answer> {
  const { onTimeout, timeoutMinutes } = run.deps.config.questions;
  const kept = images.length === 0 ? [] : await keepImages(run.store, images);
  const ask: Ask = {
    kind: 'question',
    title: question,
    body: [why, assumption === undefined ? undefined : `Without an answer: ${assumption}`]
      .filter((part) => part !== undefined)
      .join('\n\n'),
    options: [...(options ?? [])],
    ...(kept.length === 0 ? {} : { images: kept }),
    reason: 'clarification',
    ...asker,
    timeoutMs: timeoutMinutes * 60_000,
    ...(onTimeout === 'assume' && assumption !== undefined ? { assumption } : {}),
  };
  journal.find(asker.ordinal, 'request', subjectHash(ask, run.deps.mask));
  const decision = await run.ask(ask);
  await journal.turnOf(asker.ordinal);
  const byPerson = decision.by !== 'timeout';
  return { answer: decision.answer ?? decision.reason ?? assumption ?? '', by: byPerson ? 'person' : 'assumption' };
}
