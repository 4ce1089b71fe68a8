/** A stretch of one line of a text. `line` and `column` count from 1, as editors do. */
export interface Place {
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

const widest = 160;

/** The stretch from an offset, cut at the end of its line. At least one column long. */
export function placeAt(text: string, offset: number, length: number): Place {
  const start = Math.min(Math.max(offset, 0), text.length);
  const before = text.slice(0, start);
  const lineStart = before.lastIndexOf('\n') + 1;
  const lineEnd = endOfLine(text, start);
  return {
    line: before.split('\n').length,
    column: start - lineStart + 1,
    length: Math.max(1, Math.min(length, lineEnd - start)),
  };
}

/**
 * The line of a place with the one before it, and carets below:
 *
 *     3 │ export default defineConfig({
 *   > 4 │   plugins: [jira({ sit: 'https://acme.atlassian.net' })],
 *       │                    ^^^
 */
export function frameAt(text: string, place: Place): string {
  const lines = text.split(/\r?\n/);
  const width = String(place.line).length;
  const row = (number: number, mark: string): string =>
    `${mark} ${String(number).padStart(width)} │ ${(lines[number - 1] ?? '').slice(0, widest)}`.trimEnd();
  const carets = `${' '.repeat(width + 3)} │ ${' '.repeat(place.column - 1)}${'^'.repeat(place.length)}`;
  return [
    ...(place.line > 1 ? [row(place.line - 1, '   ')] : []),
    row(place.line, '  >'),
    ...(place.column <= widest ? [` ${carets}`.slice(0, widest + width + 8)] : []),
  ].join('\n');
}

function endOfLine(text: string, from: number): number {
  const found = text.slice(from).search(/\r?\n/);
  return found < 0 ? text.length : from + found;
}
