/** Endings of English words, most special first: what a word must look like, and what stands for the ending. */
const endings: readonly (readonly [ending: RegExp, replacement: string])[] = [
  [/ies$/, 'y'],
  [/sses$/, 'ss'],
  [/(?<=[^su])s$/, ''],
];
const verbEnding = /^(.*[aeiouy].*)(?:ing|ed)$/;
const doubledEnd = /([^aeiouyls])\1$/;

/** The part that the forms of an English word share, near enough to compare two texts: run, runs and running are `run`. */
export function stemOf(word: string): string {
  if (word.length < 4) return word;
  const ending = endings.find(([pattern]) => pattern.test(word));
  const singular = ending === undefined ? word : word.replace(...ending);
  const [, verb] = verbEnding.exec(singular) ?? [];
  const stem = verb === undefined ? singular : verb.replace(doubledEnd, '$1');
  return stem.length < 3 ? singular : stem.replace(/e$/, '');
}
