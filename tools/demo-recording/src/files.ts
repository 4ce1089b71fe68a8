import { readFileSync } from 'node:fs';

/** A file that the model writes, as it stands under fixtures/. */
export function writtenFile(path: string): string {
  return readFileSync(new URL(`../fixtures/${path}`, import.meta.url), 'utf8');
}

/** Number of the only line that consists of these words. */
export function lineOf(text: string, words: string): number {
  const lines = text.split('\n').flatMap((line, index) => (line.trim() === words ? [index + 1] : []));
  const [line, ...others] = lines;
  if (line === undefined || others.length > 0) throw new Error(`expected one line "${words}", found ${lines.length}`);
  return line;
}
