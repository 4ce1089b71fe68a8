import { isUtf8 } from 'node:buffer';
import { fault } from './fault.ts';
import type { Value } from './value.ts';

// The mask that tells which columns are text has to stay a safe integer.
const mostColumns = 50;

/**
 * The same query, with every text value handed over as bytes. libsql aborts the process when text is not UTF-8, and a
 * flipped bit on disk or `json_extract` of an escaped lone surrogate is enough for that; it also cuts text at NUL.
 * MATERIALIZED, so that each expression is evaluated once and the order of the query is kept.
 *
 * @throws STORE_FAILED for more than 50 columns.
 */
export function guardedSelect(sql: string, columns: number, firstRowOnly: boolean): string {
  if (columns > mostColumns) throw fault('STORE_FAILED', `A query has more than ${mostColumns} columns`, { why: sql });
  const names = Array.from({ length: columns }, (_, index) => `c${index}`);
  const mask = names.map((name, index) => `((typeof(${name})='text')<<${index})`).join('|');
  const cells = names.map((name) => `iif(typeof(${name})='text',cast(${name} as blob),${name})`);
  // The line end inside the brackets closes a trailing comment.
  const limit = firstRowOnly ? ' LIMIT 1' : '';
  return `WITH guarded(${names.join(',')}) AS MATERIALIZED (${sql}\n) SELECT ${mask},${cells.join(',')} FROM guarded${limit}`;
}

/**
 * Turns a row of the guarded query (mask first) into values.
 *
 * @throws STORE_CORRUPT when text is not UTF-8.
 */
export function decodedRow(row: readonly unknown[], columns: readonly string[], sql: string): Value[] {
  const mask = Number(row[0]);
  return columns.map((name, index) => {
    const cell = row[index + 1];
    if (Math.floor(mask / 2 ** index) % 2 === 1) return decodedText(cell as Buffer, name, sql);
    if (typeof cell === 'bigint') return decodedInteger(cell);
    return (cell ?? undefined) as Value;
  });
}

function decodedText(bytes: Buffer, column: string, sql: string): string {
  if (!isUtf8(bytes)) throw fault('STORE_CORRUPT', `Text in column ${column} is not UTF-8`, { data: { sql, column } });
  return bytes.toString('utf8');
}

function decodedInteger(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
