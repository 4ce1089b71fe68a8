import { fault } from './fault.ts';
import type { Value } from './value.ts';

const smallestInteger = -(2n ** 63n);
const largestInteger = 2n ** 63n - 1n;

/**
 * Checks values before libsql sees them: some kill the process (a boolean), some are lost in silence (NaN becomes NULL,
 * a lone surrogate becomes U+FFFD, text with a NUL reads back short). Returns values safe to send to the worker; bytes
 * are copied, because posting a view posts the whole buffer behind it.
 *
 * @throws STORE_VALUE naming the position, never the value, which may be a secret.
 */
export function checkedParameters(values: readonly Value[], expected: number, sql: string): Value[] {
  // A lone object, or a value that is not in an array, aborts the process in libsql.
  if (!Array.isArray(values)) throw refuse(sql, 0, 'the values must be one array');
  if (values.length !== expected) throw refuse(sql, values.length, `${expected} values are needed`);
  return Array.from(values, (value, index) => checkedValue(value, index, sql));
}

function checkedValue(value: unknown, index: number, sql: string): Value {
  switch (typeof value) {
    case 'undefined':
      return undefined;
    case 'string':
      if (value.includes('\0')) throw refuse(sql, index, 'text with NUL is cut when read: store JSON text');
      if (!value.isWellFormed()) throw refuse(sql, index, 'text with a lone surrogate is changed: store JSON text');
      return value;
    case 'number':
      if (!Number.isFinite(value)) throw refuse(sql, index, 'NaN and Infinity would be stored as NULL');
      return value;
    case 'bigint':
      if (value < smallestInteger || value > largestInteger) throw refuse(sql, index, 'it does not fit 64 bits');
      return value;
    default:
      if (value instanceof Uint8Array) return new Uint8Array(value);
      throw refuse(sql, index, `a ${value === null ? 'null' : typeof value} cannot be stored`);
  }
}

function refuse(sql: string, index: number, why: string) {
  return fault('STORE_VALUE', `Value ${index + 1} of a statement was refused: ${why}`, { data: { sql } });
}

/**
 * What libsql is given for a checked value. Integers go as bigint, because it binds every number as REAL: 5 would be
 * stored as 5.0 wherever the column has no type that turns it back.
 */
export function bindable(values: readonly Value[]): unknown[] {
  return values.map((value) =>
    typeof value === 'number' && Number.isSafeInteger(value) && !Object.is(value, -0) ? BigInt(value) : value,
  );
}
