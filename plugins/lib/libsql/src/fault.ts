import type { ErrorCode, ErrorDetails } from '@forge/plugin-api';

/** A failure as it travels between threads: plain data, because class instances do not survive the way. */
export interface Fault {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: ErrorDetails;
}

/** Thrown inside the adapter; only its fault leaves it, as a ForgeError. */
export class FaultError extends Error {
  readonly fault: Fault;
  /** The connection it came from must not be used again. */
  readonly suspect: boolean;

  constructor(fault: Fault, suspect: boolean, cause?: unknown) {
    super(fault.message, { cause });
    this.fault = fault;
    this.suspect = suspect;
  }
}

export function fault(code: ErrorCode, message: string, details: ErrorDetails, cause?: unknown): FaultError {
  return new FaultError({ code, message, details }, false, cause);
}

interface FaultKind {
  readonly prefixes: readonly string[];
  readonly code: ErrorCode;
  readonly message: string;
  readonly fix: string;
  readonly transient?: true;
}

/** What SQLite's codes mean for the caller. The first row that fits wins; what fits none is the statement's fault. */
const faultKinds: readonly FaultKind[] = [
  {
    prefixes: ['SQLITE_FULL', 'SQLITE_IOERR_NOSPC'],
    code: 'DISK_FULL',
    message: 'The disk is full; nothing of this write was stored',
    fix: 'Free some space, then repeat',
  },
  {
    prefixes: ['SQLITE_BUSY', 'SQLITE_LOCKED', 'SQLITE_PROTOCOL'],
    code: 'STORE_BUSY',
    message: 'The database stayed locked by another process; nothing of this write was stored',
    fix: 'See which process holds the file, then repeat',
    transient: true,
  },
  {
    prefixes: ['SQLITE_CORRUPT', 'SQLITE_NOTADB'],
    code: 'STORE_CORRUPT',
    message: 'The database file is damaged',
    fix: 'Move the file away and restore a copy; `<file>.v<version>.backup` may be one',
  },
  {
    prefixes: ['SQLITE_READONLY', 'SQLITE_IOERR', 'SQLITE_CANTOPEN', 'SQLITE_NOMEM', 'SQLITE_PERM'],
    code: 'STORE_FAILED',
    message: 'The database file could not be used',
    fix: 'Check the permissions of the file and of its folder, and the disk',
  },
];

/** Turns whatever libsql threw into a fault. */
export function faultFrom(error: unknown, file: string, sql?: string): FaultError {
  if (error instanceof FaultError) return error;
  const sqliteCode = sqliteCodeOf(error);
  const why = error instanceof Error ? error.message : String(error);
  const data = { sqliteCode, sql };
  const kind = faultKinds.find(({ prefixes }) => prefixes.some((prefix) => sqliteCode?.startsWith(prefix) === true));
  if (kind === undefined) return fault('STORE_FAILED', `A statement failed: ${why}`, { where: file, why, data }, error);
  const { code, message, fix, transient } = kind;
  const details = { where: file, why, fix, data, ...(transient === undefined ? {} : { transient }) };
  return new FaultError({ code, message, details }, true, error);
}

export function isConstraint(error: unknown): boolean {
  return sqliteCodeOf(error)?.startsWith('SQLITE_CONSTRAINT') === true;
}

function sqliteCodeOf(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (typeof code === 'string' && code !== '') return code;
  // Failing to open carries no code, only a number at the end of its text.
  return error instanceof Error && error.message.startsWith('ConnectionFailed') ? 'SQLITE_CANTOPEN' : undefined;
}
