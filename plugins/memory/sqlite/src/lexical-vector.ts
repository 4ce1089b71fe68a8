import { tellingWords } from './words.ts';

export const dimensions = 384;

const mostWords = 2000;
const gramLengths = [3, 4, 5];
// How much the parts of a word count against the word itself: enough for inflections and typing errors to stay near.
const gramsWeight = 1.5;

/**
 * What a text looks like, as a point: near texts share words or parts of words. It knows nothing of meaning. Signed
 * feature hashing: each word and each of its character 3- to 5-grams adds to or takes from one of 384 numbers. Of length
 * 1; undefined for a text without words.
 */
export function lexicalVector(text: string): Float32Array | undefined {
  const counts = new Map<string, number>();
  for (const word of tellingWords(text).slice(0, mostWords)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const vector = new Float32Array(dimensions);
  for (const [word, count] of counts) addWord(vector, word, 1 + Math.log(count));
  return normalized(vector);
}

/** Cosine of two vectors of length 1. */
export function similarity(left: Float32Array, right: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < dimensions; index += 1) sum += (left[index] ?? 0) * (right[index] ?? 0);
  return sum;
}

function addWord(vector: Float32Array, word: string, weight: number): void {
  addFeature(vector, `w${word}`, weight);
  const grams = gramsOf(word);
  const each = (weight * gramsWeight) / Math.sqrt(grams.length);
  for (const gram of grams) addFeature(vector, gram, each);
}

function gramsOf(word: string): string[] {
  const characters = Array.from(`<${word}>`);
  return gramLengths.flatMap((length) =>
    Array.from({ length: Math.max(0, characters.length - length + 1) }, (_, start) =>
      characters.slice(start, start + length).join(''),
    ),
  );
}

function addFeature(vector: Float32Array, feature: string, weight: number): void {
  const hash = hashOf(feature);
  const index = hash % dimensions;
  vector[index] = (vector[index] ?? 0) + (hash >>> 31 === 1 ? -weight : weight);
}

/** FNV-1a with a final mix, so that the sign bit and the index do not depend on each other. Vectors on disk rely on it. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function normalized(vector: Float32Array): Float32Array | undefined {
  const length = Math.sqrt(similarity(vector, vector));
  if (length === 0) return undefined;
  return vector.map((value) => value / length);
}
