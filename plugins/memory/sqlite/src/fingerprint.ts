import { stemOf } from './stem.ts';
import { tellingWords, wordsOf } from './words.ts';

// With one of these in a sentence the order of the others says who does what to whom, or the opposite.
const turningStems = new Set(
  `not no never none nor neither without cannot don doesn isn aren shouldn won avoid except unless only before after
  instead than over from until depend call import extend wrap override follow`
    .split(/\s+/)
    .map(stemOf),
);

/**
 * Two texts with one fingerprint say the same: the same words in any order, form, case and punctuation, repeated or
 * not. Numbers and words such as `not` or `before` must agree, because they change everything and hardly change the
 * text; where such a word stands, the order must agree too. In doubt two texts differ: merging them would lose one.
 */
export function fingerprint(text: string): string {
  const all = wordsOf(text).map(stemOf);
  const turns = all.filter((stem) => turningStems.has(stem));
  const telling = tellingWords(text).map(stemOf);
  if (telling.length === 0) return JSON.stringify(text);
  const words = turns.length > 0 ? telling : [...new Set(telling)].sort();
  return JSON.stringify([words, turns]);
}
