import { forgeError } from '@forge/plugin-api';
import { nearestLines } from './nearest-lines.ts';

export interface Edit {
  readonly old: string;
  readonly new: string;
  /** Replace every occurrence. Default: there must be exactly one. */
  readonly all?: boolean | undefined;
}

export interface Replaced {
  readonly text: string;
  /** Lines at which something was replaced, in the order of the edits, each as numbered when it was replaced. */
  readonly lines: readonly number[];
}

/**
 * Carries out edits one after the other, each on the result of the one before. In a text whose lines all end with CRLF,
 * `old` and `new` may use plain line ends.
 *
 * @throws EDIT_NOT_UNIQUE with the number of matches in `details.data`, INPUT_INVALID for an edit that can do nothing
 */
export function replace(text: string, edits: readonly Edit[], path: string): Replaced {
  const carriageReturns = text.includes('\r\n') && !/(^|[^\r])\n/.test(text);
  const plain = (part: string) => (carriageReturns ? part.replaceAll('\r\n', '\n') : part);
  const lines: number[] = [];
  let result = plain(text);
  for (const [index, edit] of edits.entries()) {
    const which = edits.length === 1 ? '' : `edit ${index + 1} of ${edits.length}, nothing was changed: `;
    result = replaceOne(result, { ...edit, old: plain(edit.old), new: plain(edit.new) }, { path, which, lines });
  }
  return { text: carriageReturns ? result.replaceAll('\n', '\r\n') : result, lines };
}

interface Report {
  readonly path: string;
  readonly which: string;
  readonly lines: number[];
}

function replaceOne(text: string, edit: Edit, { path, which, lines }: Report): string {
  if (edit.old === '') throw forgeError('INPUT_INVALID', `${which}"old" is empty; fs_write makes whole files`);
  if (edit.old === edit.new) throw forgeError('INPUT_INVALID', `${which}"old" and "new" are the same`);
  const found = occurrences(text, edit.old);
  if (found.length === 0) throw notFound(text, edit.old, path, which);
  if (found.length > 1 && edit.all !== true) throw ambiguous(text, found, path, which);
  lines.push(...lineNumbers(text, found));
  return text.split(edit.old).join(edit.new);
}

/** Where `part` begins, without overlaps. */
function occurrences(text: string, part: string): number[] {
  const found: number[] = [];
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) found.push(at);
  return found;
}

/** Numbers of the lines that hold these positions, which ascend. */
function lineNumbers(text: string, positions: readonly number[]): number[] {
  let line = 1;
  let passed = 0;
  return positions.map((position) => {
    for (let at = text.indexOf('\n', passed); at >= 0 && at < position; at = text.indexOf('\n', passed)) {
      line++;
      passed = at + 1;
    }
    return line;
  });
}

function ambiguous(text: string, found: readonly number[], path: string, which: string): Error {
  const shown = lineNumbers(text, found.slice(0, 10)).join(', ');
  const lines = found.length > 10 ? `${shown}, …` : shown;
  return forgeError('EDIT_NOT_UNIQUE', `${which}"old" is ${found.length} times in ${path} (lines ${lines})`, {
    fix: 'add lines around it to "old", or set "all"',
    data: { count: found.length },
  });
}

function notFound(text: string, old: string, path: string, which: string): Error {
  return forgeError('EDIT_NOT_UNIQUE', `${which}"old" is not in ${path}`, {
    why: nearby(text, old),
    data: { count: 0 },
  });
}

/** What the model needs to get it right the next time. */
function nearby(text: string, old: string): string {
  if (old.split('\n').every((line) => line === '' || /^ *\d+\t/.test(line))) {
    return 'leave out the line numbers that fs_read puts in front';
  }
  const nearest = nearestLines(text, old);
  if (nearest === undefined) return 'nor is anything like it: read the file again';
  const what = nearest.onlySpace ? 'it differs in white space from' : 'most like it is';
  return `${what} line ${nearest.line}:\n${nearest.shown}`;
}
