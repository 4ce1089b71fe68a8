import type { Interaction, Prompt } from '@forge/plugin-api';

/** An answer; `undefined` declines; a function may look at the prompt, or never resolve. */
export type ScriptedAnswer =
  | string
  | undefined
  | ((prompt: Prompt, signal: AbortSignal) => Promise<string | undefined>);

export interface ScriptedInteraction extends Interaction {
  /** What was asked, in order. */
  readonly prompts: readonly Prompt[];
}

/** A person who gives these answers, one after the other, and rejects with the signal's reason when it aborts. */
export function createScriptedInteraction(
  answers: readonly ScriptedAnswer[] = [],
  { interactive = true }: { readonly interactive?: boolean } = {},
): ScriptedInteraction {
  const left = [...answers];
  const prompts: Prompt[] = [];
  return {
    interactive,
    prompts,
    async ask(prompt, signal) {
      signal.throwIfAborted();
      prompts.push(prompt);
      if (left.length === 0) throw new Error(`Nobody scripted an answer to "${prompt.title}"`);
      const answer = left.shift();
      if (typeof answer !== 'function') return answer;
      return Promise.race([answer(prompt, signal), aborted(signal)]);
    },
  };
}

/** For a person who does not answer. */
export const noAnswer: ScriptedAnswer = () => new Promise(() => {});

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
