import type { Place } from './frame.ts';

/** The way to a value: `['safety', 'budgetUsd']`, `['plugins', 0]`. */
export type ValuePath = readonly (string | number)[];

/** What is pointed at: the name of a key, or its value. */
export type Aspect = 'key' | 'value';

/** A text that a person wrote, with a way to find in it what a fault is about. */
export interface Source {
  /** As the person knows it: relative to where they stand, or absolute. */
  readonly file: string;
  readonly text: string;
  /** The place of a value or of its nearest enclosing one; undefined when the text does not say. */
  locate(path: ValuePath, aspect: Aspect): Promise<Place | undefined>;
}

/** `plugins[0].options.site` */
export function showPath(path: readonly PropertyKey[]): string {
  return path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`;
      const name = String(step);
      if (!/^[A-Za-z_$][\w$]*$/.test(name)) return `[${JSON.stringify(name)}]`;
      return index === 0 ? name : `.${name}`;
    })
    .join('');
}
