import type { Fault } from './fault.ts';
import type { Migration } from './migrate.ts';
import type { Value } from './value.ts';

/** What the worker is started with. */
export interface WorkerSettings {
  readonly file: string;
  readonly readOnly: boolean;
  readonly mustExist: boolean;
  readonly busyTimeoutMs: number;
  readonly synchronous: 'NORMAL' | 'FULL';
  readonly migrations: readonly Migration[];
}

/** The worker's first message. */
export type WorkerStart = { readonly schemaVersion: number } | { readonly fault: Fault };

/** A statement whose text and values have been checked. */
export interface CheckedStatement {
  readonly sql: string;
  readonly params: readonly Value[];
  readonly expect: number | undefined;
  readonly guard: string | undefined;
}

export type Request =
  | { readonly id: number; readonly kind: 'read'; readonly statement: CheckedStatement; readonly firstRowOnly: boolean }
  | { readonly id: number; readonly kind: 'write'; readonly statements: readonly CheckedStatement[] }
  | { readonly id: number; readonly kind: 'compact' }
  | { readonly id: number; readonly kind: 'close' };

export type WriteRequest = Extract<Request, { kind: 'write' }>;
export type ReadRequest = Extract<Request, { kind: 'read' }>;

/** Rows as they travel: names once, values by position. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Value[])[];
}

export const emptyTable: Table = { columns: [], rows: [] };

export interface StepResult {
  readonly changes: number;
  readonly lastInsertRowid: number;
  readonly table: Table;
}

export type WireOutcome =
  | {
      readonly committed: true;
      readonly results: readonly StepResult[];
    }
  | {
      readonly committed: false;
      readonly refusedBy: string;
      readonly statement: number;
      readonly found: number;
      readonly table: Table;
      readonly message: string;
    };

export type Reply = { readonly id: number } & (
  | { readonly kind: 'rows'; readonly table: Table }
  | { readonly kind: 'outcome'; readonly outcome: WireOutcome }
  | { readonly kind: 'compacted' }
  | { readonly kind: 'fault'; readonly fault: Fault }
);
