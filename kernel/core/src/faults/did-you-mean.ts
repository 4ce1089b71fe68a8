import { distance } from 'fastest-levenshtein';

/** The candidate that was most likely meant: at most a third of the letters differ, case counts for nothing. */
export function closest(word: string, candidates: Iterable<string>): string | undefined {
  const lower = word.toLowerCase();
  let best: { readonly candidate: string; readonly distance: number } | undefined;
  for (const candidate of candidates) {
    const found = distance(lower, candidate.toLowerCase());
    const allowed = Math.floor(Math.max(word.length, candidate.length) / 3);
    if (found <= allowed && found < (best?.distance ?? Infinity)) best = { candidate, distance: found };
  }
  return best?.candidate;
}

/** The end of a message: ` — did you mean "site"?`, or nothing. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const found = closest(word, candidates);
  return found === undefined ? '' : ` — did you mean "${found}"?`;
}
