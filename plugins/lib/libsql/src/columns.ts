import { forgeError } from '@forge/plugin-api';
import type { Row } from './value.ts';

/** A column that holds text. @throws STORE_CORRUPT when it holds something else */
export function textOf(row: Row, column: string): string {
  const value = row[column];
  return typeof value === 'string' ? value : wrongType(column, 'text', value);
}

/** A column that holds a number. @throws STORE_CORRUPT when it holds something else, or an integer above 2^53 */
export function numberOf(row: Row, column: string): number {
  const value = row[column];
  return typeof value === 'number' ? value : wrongType(column, 'a number', value);
}

/** A column that holds a number or NULL. @throws STORE_CORRUPT */
export function optionalNumberOf(row: Row, column: string): number | undefined {
  return row[column] === undefined ? undefined : numberOf(row, column);
}

/** A column that holds JSON text or NULL. @throws STORE_CORRUPT when it is neither */
export function jsonOf(row: Row, column: string): unknown {
  if (row[column] === undefined) return undefined;
  const text = textOf(row, column);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw forgeError('STORE_CORRUPT', `Column ${column} is not JSON`, { data: { column }, cause: error });
  }
}

function wrongType(column: string, expected: string, found: unknown): never {
  const why = `${typeof found} instead of ${expected}`;
  throw forgeError('STORE_CORRUPT', `Column ${column} holds ${why}`, { why, data: { column } });
}
