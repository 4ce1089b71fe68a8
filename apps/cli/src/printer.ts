import { jsonLine } from './render/json-line.ts';
import type { Style } from './render/style.ts';
import { withColoursOnly } from './render/text-width.ts';
import type { Output } from './world.ts';

/** Something that a program reads as one line. */
export type Printed = { readonly type: string; readonly [key: string]: unknown };

/** The result of a command, on standard output: words for people, or one JSON object per line. */
export interface Printer {
  readonly json: boolean;
  readonly style: Style;
  /** Of the window; without bound where a file or another program reads. */
  readonly columns: number;
  /** The object with `--json`, else the words. */
  print(object: Printed, words: string | (() => string)): void;
  /** Words that programs do not need. */
  words(text: string): void;
  /** Objects that stand for themselves, such as events. */
  object(object: object): void;
}

export function createPrinter(
  output: Output,
  { json, style }: { readonly json: boolean; readonly style: Style },
): Printer {
  const line = (text: string): void => void output.write(`${text}\n`);
  const object = (value: object): void => {
    if (json) line(jsonLine(value));
  };
  const words = (text: string): void => {
    if (!json) line(withColoursOnly(text));
  };
  return {
    json,
    style,
    columns: output.columns || Number.POSITIVE_INFINITY,
    print(value, text) {
      object(value);
      words(typeof text === 'string' ? text : json ? '' : text());
    },
    words,
    object,
  };
}
