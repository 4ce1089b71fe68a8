import type { StoredRequest } from '@forge/plugin-api';
import { oneLine } from './text-width.ts';

type Options = StoredRequest['options'];

/** Options as a person chooses among them: by number, or by an id that says more. */
export function optionLines(options: Options): string[] {
  return options.map(({ id, label }, index) => {
    const number = String(index + 1);
    return `${number}) ${oneLine(label)}${id === number || id === label ? '' : ` (${id})`}`;
  });
}

/** What a person answered, in the words that they chose among. */
export function answerWords(answer: string, options: Options): string {
  return options.find(({ id }) => id === answer)?.label ?? answer;
}
