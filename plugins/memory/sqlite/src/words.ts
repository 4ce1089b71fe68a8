// Words that say nothing about what a text is about.
const stopWords = new Set(
  `a about all an and any are as at be been but by can could do does for from had has have how i if in into is it its
  may more must of on one only or our should so some such than that the their them then there these they this to use
  used using was we were what when where which while who why will with would you your`.split(/\s+/),
);

const longestWord = 64;
const camelCase = /(?<=\p{Ll}|\p{N})(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u;

/**
 * The words of a text in lower case, in order, with repetitions. A name such as `parseConfig` gives itself and its
 * parts. Whatever is no letter or digit, a lone surrogate too, only separates.
 */
export function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const [name] of plain(text).matchAll(/[\p{L}\p{M}\p{N}]+/gu)) {
    const parts = name.split(camelCase);
    for (const word of parts.length > 1 ? [name, ...parts] : parts) {
      words.push(caseless(word).slice(0, longestWord).toWellFormed());
    }
  }
  return words;
}

/** Without accents on Latin, Greek and Cyrillic letters; marks of other scripts tell words apart and stay. */
function plain(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC');
}

function caseless(word: string): string {
  // By way of upper case, where ß and SS are the same.
  return word.toUpperCase().toLowerCase();
}

/** The words that say what a text is about; all of them when none does. */
export function tellingWords(text: string): string[] {
  const words = wordsOf(text);
  const telling = words.filter((word) => !stopWords.has(word));
  return telling.length > 0 ? telling : words;
}
