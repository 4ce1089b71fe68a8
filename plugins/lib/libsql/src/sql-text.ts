/** What the text of a statement shows without running it. */
export interface SqlText {
  /** First keyword, upper case. */
  readonly verb: string;
  /** Values it needs; libsql itself fills missing ones with NULL and ignores extra ones. */
  readonly parameters: number;
  /** Why libsql must not see it, if so. */
  readonly refusal: string | undefined;
}

type Skip = (sql: string, start: number) => number;

/** Where a quoted part, a comment or a word ends, by how it starts. */
const skips: readonly (readonly [starts: RegExp, end: Skip])[] = [
  // A doubled quote ends one quoted part and starts the next, which is the same for counting.
  [/['"`]/y, (sql, start) => endAfter(sql, start + 1, sql.charAt(start))],
  [/\[/y, (sql, start) => endAfter(sql, start + 1, ']')],
  [/--/y, (sql, start) => endAfter(sql, start, '\n')],
  [/\/\*/y, (sql, start) => endAfter(sql, start + 2, '*/')],
];
const word = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;
const parameter = /\?(\d*)/y;

/**
 * Reads the text once, so that three silent faults of libsql become errors: values that do not match the `?`s, a second
 * statement that is ignored, and RETURNING, which hides how many rows changed.
 */
export function readSqlText(sql: string): SqlText {
  if (!sql.isWellFormed() || sql.includes('\0')) return refused('its text has a NUL or a lone surrogate');
  let verb = '';
  let parameters = 0;
  let position = 0;
  while (position < sql.length) {
    const skipped = skipAt(sql, position);
    if (skipped !== undefined) {
      position = skipped;
      continue;
    }
    const found = matchAt(word, sql, position);
    if (found !== undefined) {
      const upper = found[0].toUpperCase();
      if (upper === 'RETURNING') return refused('RETURNING is not supported: add a SELECT to the same write');
      verb ||= upper;
      position += found[0].length;
      continue;
    }
    const placeholder = matchAt(parameter, sql, position);
    if (placeholder !== undefined) {
      parameters = placeholder[1] === '' ? parameters + 1 : Math.max(parameters, Number(placeholder[1]));
      position += placeholder[0].length;
      continue;
    }
    const character = sql.charAt(position);
    if (':@$'.includes(character)) return refused('named parameters are not supported: use ?');
    if (character === ';') return refused('a semicolon: libsql ignores what follows it');
    position += 1;
  }
  return { verb, parameters, refusal: verb === '' ? 'it holds no statement' : undefined };
}

function refused(refusal: string): SqlText {
  return { verb: '', parameters: 0, refusal };
}

function skipAt(sql: string, position: number): number | undefined {
  for (const [starts, end] of skips) {
    if (matchAt(starts, sql, position) !== undefined) return end(sql, position);
  }
  return undefined;
}

function matchAt(pattern: RegExp, sql: string, position: number): RegExpExecArray | undefined {
  pattern.lastIndex = position;
  return pattern.exec(sql) ?? undefined;
}

function endAfter(sql: string, from: number, end: string): number {
  const found = sql.indexOf(end, from);
  return found === -1 ? sql.length : found + end.length;
}
