import { expect, test } from 'vitest';
import { tellingWords, wordsOf } from '../src/words.ts';

test.each([
  ['Run `npm test`!', ['run', 'npm', 'test']],
  ['parseHTTPConfig', ['parsehttpconfig', 'parse', 'http', 'config']],
  ['snake_case and kebab-case', ['snake', 'case', 'and', 'kebab', 'case']],
  ['Größe GRÖSSE ﬁle', ['grosse', 'grosse', 'file']],
  ['データ', ['データ']],
  ['half \ud800 a pair', ['half', 'a', 'pair']],
  ['NUL\0separates', ['nul', 'separates']],
  ['', []],
])('%j', (text, words) => {
  expect(wordsOf(text)).toEqual(words);
});

test('words that tell nothing are left out, unless there are no others', () => {
  expect(tellingWords('how do we test the parser')).toEqual(['test', 'parser']);
  expect(tellingWords('what is it')).toEqual(['what', 'is', 'it']);
});

test('a very long word is cut without breaking a character', () => {
  expect(wordsOf('𝒳'.repeat(100)).every((word) => word.isWellFormed())).toBe(true);
});
