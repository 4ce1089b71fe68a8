import type { Row, Value } from './value.ts';

/**
 * One step of an atomic write: an INSERT, UPDATE, DELETE or REPLACE, or a SELECT that looks at the same state.
 * RETURNING is refused: libsql reports no changed rows for it, and its text would bypass the read guard.
 */
export interface Statement {
  readonly sql: string;
  /** One value per `?`, in order. Too few or too many are refused. */
  readonly params?: readonly Value[];
  /** Exact number of rows this step must change (or return, for a SELECT); any other number undoes the whole write. */
  readonly expect?: number;
  /** The name under which a failed `expect` is reported. Default: `statement <index>`. */
  readonly guard?: string;
}

export interface StatementResult {
  /** Rows changed by this step; 0 for a SELECT. */
  readonly changes: number;
  readonly lastInsertRowid: number;
  /** Rows returned by a SELECT; empty for the rest. */
  readonly rows: readonly Row[];
}

/**
 * A write is committed whole or not at all. A refusal is an answer, not a failure: the caller's own guard, or a
 * constraint of the schema (unique, check, foreign key), said no, and nothing was changed.
 */
export type WriteOutcome = WriteCommitted | WriteRefused;

export interface WriteCommitted {
  readonly committed: true;
  readonly results: readonly StatementResult[];
}

export interface WriteRefused {
  readonly committed: false;
  /** The guard's name, or `constraint`. */
  readonly refusedBy: string;
  /** Index of the refusing step. */
  readonly statement: number;
  /** How many rows were changed or returned instead; -1 for a constraint. */
  readonly found: number;
  /** What a refusing SELECT returned, so that the caller can say what it met. */
  readonly rows: readonly Row[];
  readonly message: string;
}
