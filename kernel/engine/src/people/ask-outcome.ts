import { forgeError, isForgeError, type Json, type PhaseName } from '@forge/plugin-api';
import type { Run } from '../run/run.ts';

/** A call that must not be repeated, of which only the intent is known. */
export interface UnknownCall {
  readonly tool: string;
  readonly input: Json;
  readonly description: string;
  /** Its idempotency key. */
  readonly key: string;
  /** Why the tool could not tell. */
  readonly why?: string | undefined;
}

export interface ToldOutcome {
  readonly carriedOut: boolean;
  /** The person who says so. */
  readonly by: string;
}

interface Asker {
  readonly phase: PhaseName;
  readonly taskId?: string;
  readonly executionId: string;
}

const options = [
  { id: 'done', label: 'It was done: go on without doing it again' },
  { id: 'not-done', label: 'It was not done: do it now' },
  { id: 'end', label: 'End the task' },
] as const;

/** As much of the arguments as a person can look through. */
const shownInput = 2_000;

/**
 * Asks a person whether the call was carried out. Rejects with OUTCOME_UNKNOWN while nobody answers, so that the run
 * parks, and with GATE_REJECTED when the person ends the task.
 */
export async function askOutcome(run: Run, asker: Asker, call: UnknownCall): Promise<ToldOutcome> {
  let misunderstood: string | undefined;
  for (;;) {
    const { answer = '', by } = await ask(run, asker, call, misunderstood);
    const said = answer.trim();
    if (said === 'done' || said === 'not-done') return { carriedOut: said === 'done', by };
    if (said === 'end')
      throw forgeError('GATE_REJECTED', `The task was ended: it is not known whether ${call.tool} was carried out`);
    misunderstood = said;
  }
}

async function ask(run: Run, asker: Asker, call: UnknownCall, misunderstood: string | undefined) {
  const { tool, input, description, key, why } = call;
  const title = `Was this done before Forge was interrupted? ${description === tool ? tool : `${tool}: ${description}`}`;
  const body = [
    ...(misunderstood === undefined
      ? []
      : [`"${misunderstood}" is none of the answers: ${options.map(({ id }) => id).join(', ')}.`]),
    'The call was begun, and Forge ended before it knew how the call went. To do it twice may do harm.',
    ...(why === undefined ? [] : [`The tool could not tell: ${why}`]),
    `Arguments: ${JSON.stringify(input).slice(0, shownInput)}`,
    `Key of the call: ${key}`,
  ].join('\n\n');
  try {
    return await run.ask({
      kind: 'question',
      title,
      body,
      options: [...options],
      reason: 'outcome-unknown',
      subject: { key, misunderstood: misunderstood ?? '' },
      ...asker,
    });
  } catch (error) {
    if (!isForgeError(error, 'WAITING_FOR_PERSON')) throw error;
    throw forgeError('OUTCOME_UNKNOWN', `Nobody knows whether ${tool} was carried out before Forge was interrupted`, {
      where: key,
      fix: `forge answer ${run.id} done, or not-done, or end; then forge resume ${run.id}`,
      ...(error.details.data === undefined ? {} : { data: error.details.data }),
      cause: error,
    });
  }
}
