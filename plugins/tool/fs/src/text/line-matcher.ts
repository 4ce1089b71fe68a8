import { forgeError } from '@forge/plugin-api';

/** Calls `found` for each matching line, until it says false. Lines are numbered from 1. */
export type LineMatcher = (text: string, found: (line: number, excerpt: string) => boolean) => void;

const excerptCharacters = 240;

/**
 * Finds lines by a regular expression in JavaScript's syntax; a leading `(?i)` is understood as well.
 *
 * @throws INPUT_INVALID for an expression that is none
 */
export function lineMatcher(pattern: string, ignoreCase: boolean): LineMatcher {
  const inline = pattern.startsWith('(?i)');
  const source = inline ? pattern.slice(4) : pattern;
  const flags = (ignoreCase || inline ? 'i' : '') + (/\\p\{|\\u\{/i.test(source) ? 'u' : '');
  const line = compile(source, flags);
  // A line that matches is found in the whole text too, unless the pattern looks beyond the line's ends.
  const anywhere = /\(\?<?[=!]/.test(source) ? undefined : compile(source, `${flags}m`);

  return (text, found) => {
    if (anywhere !== undefined && !anywhere.test(text)) return;
    const lines = text.split(/\r?\n/);
    if (lines.at(-1) === '') lines.pop();
    for (const [index, each] of lines.entries()) {
      const match = line.exec(each);
      if (match !== null && !found(index + 1, excerpt(each, match.index))) return;
    }
  };
}

function compile(source: string, flags: string): RegExp {
  try {
    return new RegExp(source, flags);
  } catch (error) {
    throw forgeError('INPUT_INVALID', error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function excerpt(line: string, match: number): string {
  if (line.length <= excerptCharacters) return line;
  const start = Math.max(0, Math.min(match - 40, line.length - excerptCharacters));
  const end = start + excerptCharacters;
  return `${start > 0 ? '…' : ''}${line.slice(start, end)}${end < line.length ? '…' : ''}`;
}
