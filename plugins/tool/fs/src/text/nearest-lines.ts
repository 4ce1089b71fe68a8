import { cutLine } from './read-lines.ts';

/** Where a text that was not found exactly might have been meant, for a model that is to try again. */
export interface NearestLines {
  /** From 1. */
  readonly line: number;
  /** The lines there, each with its number. */
  readonly shown: string;
  /** They differ in white space alone. */
  readonly onlySpace: boolean;
}

const mostShown = 12;
const mostWork = 4_000_000;

/** The lines of `text` that share most with those of `wanted`; undefined when nothing in it is similar. */
export function nearestLines(text: string, wanted: string): NearestLines | undefined {
  const lines = text.split('\n');
  const sought = trimBlank(wanted.split('\n')).slice(0, Math.max(1, Math.floor(mostWork / (lines.length + 1))));
  if (sought.length === 0) return undefined;
  const plain = lines.map(plainLine);
  const plainSought = sought.map(plainLine);

  let best = -1;
  let most = 0;
  for (let start = 0; start < lines.length; start++) {
    const equal = plainSought.filter((line, offset) => line !== '' && line === plain[start + offset]).length;
    if (equal > most) [best, most] = [start, equal];
  }
  if (best < 0)
    best = mostSimilar(
      plain,
      plainSought.reduce((one, other) => (other.length > one.length ? other : one)),
    );
  if (best < 0) return undefined;

  const count = Math.min(sought.length, mostShown);
  const shown = lines.slice(best, best + count).map((line, offset) => `${best + offset + 1}\t${cutLine(line, 200)}`);
  const onlySpace = plainSought.every((line, offset) => line === plain[best + offset]);
  return { line: best + 1, shown: shown.join('\n'), onlySpace };
}

function plainLine(line: string): string {
  return line.replace(/\s+/g, ' ').trim();
}

function trimBlank(lines: string[]): string[] {
  const first = lines.findIndex((line) => line.trim() !== '');
  const last = lines.findLastIndex((line) => line.trim() !== '');
  return first < 0 ? [] : lines.slice(first, last + 1);
}

/** The line that shares most of its pairs of letters with `wanted`, if it is at least half of them; else -1. */
function mostSimilar(lines: readonly string[], wanted: string): number {
  const sought = pairs(wanted);
  let best = -1;
  let most = 0.5;
  for (const [index, line] of lines.slice(0, 20_000).entries()) {
    if (line.length > 1000 || line.length < 2) continue;
    const found = pairs(line);
    let shared = 0;
    for (const pair of found) if (sought.has(pair)) shared++;
    const similarity = (2 * shared) / (found.size + sought.size);
    if (similarity > most) [best, most] = [index, similarity];
  }
  return best;
}

function pairs(line: string): Set<string> {
  const found = new Set<string>();
  for (let at = 0; at + 1 < Math.min(line.length, 1000); at++) found.add(line.slice(at, at + 2));
  return found;
}
