import { isUtf8 } from 'node:buffer';
import { type OpenFile, readAt, readWhole } from '@forge/confined-files';

export interface LineRange {
  /** From 1. */
  readonly startLine: number;
  /** Inclusive. */
  readonly endLine: number;
}

export interface Lines {
  readonly lines: readonly string[];
  /** The file has lines after these. */
  readonly more: boolean;
  /** Of the whole file; undefined when it is too large to count them. */
  readonly total: number | undefined;
  readonly carriageReturns: boolean;
  readonly validUtf8: boolean;
}

export const mostLines = 2000;
export const mostCharacters = 48_000;
const mostLineCharacters = 2000;
/** Files up to this size are read at once. */
const wholeBytes = 1_000_000;
const chunkBytes = 256 * 1024;

/**
 * Lines of a text file, at most `mostLines` and about `mostCharacters` of them. A large file is read no further than
 * to the last of them. `pause` is awaited now and then, for it may take long to get there.
 */
export async function readLines(file: OpenFile, range: LineRange, pause: () => Promise<void>): Promise<Lines> {
  const whole = readWhole(file, wholeBytes);
  if (whole !== undefined) return decode(whole, { ...range, complete: true, firstLine: 1 });
  const position = await startOfLine(file.descriptor, range.startLine, pause);
  const bytes = Buffer.allocUnsafe(4 * mostCharacters);
  const filled = position === undefined ? 0 : readAt(file.descriptor, bytes, position);
  const complete = filled < bytes.length;
  return decode(bytes.subarray(0, filled), { ...range, complete, firstLine: range.startLine });
}

interface Window extends LineRange {
  /** The bytes go to the file's end. */
  readonly complete: boolean;
  /** Number of the line that the bytes begin with. */
  readonly firstLine: number;
}

function decode(bytes: Buffer, { startLine, endLine, complete, firstLine }: Window): Lines {
  const text = bytes.toString('utf8');
  const all = splitLines(text);
  // The last one of a part of a file is cut somewhere; alone it is still better than nothing.
  if (!complete && all.length > 1) all.pop();
  const wanted = all.slice(startLine - firstLine, endLine - firstLine + 1);
  const lines = capped(wanted);
  return {
    lines,
    more: startLine - firstLine + lines.length < all.length || !complete,
    total: complete && firstLine === 1 ? all.length : undefined,
    carriageReturns: text.includes('\r\n'),
    validUtf8: complete ? isUtf8(bytes) : true,
  };
}

/** Without line ends and byte order mark. The end of the last line does not begin another one. */
function splitLines(text: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  if (lines[0]?.startsWith('\ufeff')) lines[0] = lines[0].slice(1);
  return lines;
}

function capped(lines: readonly string[]): string[] {
  const kept: string[] = [];
  let characters = 0;
  for (const line of lines.slice(0, mostLines)) {
    const short = cutLine(line, mostLineCharacters);
    characters += short.length + 1;
    if (characters > mostCharacters && kept.length > 0) break;
    kept.push(short);
  }
  return kept;
}

export function cutLine(line: string, most: number): string {
  return line.length <= most ? line : `${line.slice(0, most)}… [${line.length - most} more characters]`;
}

/** The byte at which a line begins; undefined when there are not so many lines. */
async function startOfLine(descriptor: number, line: number, pause: () => Promise<void>): Promise<number | undefined> {
  const chunk = Buffer.allocUnsafe(chunkBytes);
  let passed = 1;
  for (let position = 0; passed < line; ) {
    const filled = readAt(descriptor, chunk, position);
    for (let at = chunk.indexOf(10); at >= 0 && at < filled; at = chunk.indexOf(10, at + 1)) {
      if (++passed === line) return position + at + 1;
    }
    if (filled < chunk.length) return undefined;
    position += filled;
    await pause();
  }
  return 0;
}
