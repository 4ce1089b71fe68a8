/** A failure as it travels between threads: plain data, because class instances do not survive the way. */
export interface Fault {
  readonly code: FaultCode;
  readonly message: string;
  readonly details: Readonly<Record<string, string | number>>;
}

export type FaultCode =
  | 'STORE_BUSY'
  | 'DISK_FULL'
  | 'STORE_CORRUPT'
  | 'STORE_MISSING'
  | 'STORE_UNAVAILABLE'
  | 'STORE_READ_ONLY'
  | 'STORE_QUERY'
  | 'STORE_PARAMETER'
  | 'STORE_CLOSED'
  | 'STORE_CRASHED'
  | 'STORE_MIGRATION'
  | 'SCHEMA_TOO_NEW'
  | 'SCHEMA_TOO_OLD';

/** Thrown inside the worker; only its fault leaves the thread. */
export class FaultError extends Error {
  readonly fault: Fault;

  constructor(fault: Fault, cause?: unknown) {
    super(fault.message, { cause });
    this.fault = fault;
  }
}

export function fault(code: FaultCode, message: string, details: Fault['details'] = {}, cause?: unknown): FaultError {
  return new FaultError({ code, message, details }, cause);
}

// Longest prefix wins: SQLITE_IOERR_NOSPC is a full disk, SQLITE_IOERR_READ is not.
const codesBySqliteCode: readonly (readonly [prefix: string, code: FaultCode])[] = [
  ['SQLITE_IOERR_NOSPC', 'DISK_FULL'],
  ['SQLITE_FULL', 'DISK_FULL'],
  ['SQLITE_BUSY', 'STORE_BUSY'],
  ['SQLITE_LOCKED', 'STORE_BUSY'],
  ['SQLITE_PROTOCOL', 'STORE_BUSY'],
  ['SQLITE_CORRUPT', 'STORE_CORRUPT'],
  ['SQLITE_NOTADB', 'STORE_CORRUPT'],
  ['SQLITE_READONLY', 'STORE_READ_ONLY'],
  ['SQLITE_IOERR', 'STORE_UNAVAILABLE'],
  ['SQLITE_CANTOPEN', 'STORE_UNAVAILABLE'],
  ['SQLITE_NOMEM', 'STORE_UNAVAILABLE'],
  ['SQLITE_PERM', 'STORE_UNAVAILABLE'],
];

/** Turns whatever libsql threw into a fault. What it does not know is a fault of the statement. */
export function faultFrom(error: unknown, details: Fault['details']): FaultError {
  if (error instanceof FaultError) return error;
  const sqliteCode = sqliteCodeOf(error);
  const code = codesBySqliteCode.find(([prefix]) => sqliteCode.startsWith(prefix))?.[1] ?? 'STORE_QUERY';
  const message = error instanceof Error ? error.message : String(error);
  return fault(code, message, sqliteCode === '' ? details : { ...details, sqliteCode }, error);
}

export function isConstraint(error: unknown): boolean {
  return sqliteCodeOf(error).startsWith('SQLITE_CONSTRAINT');
}

function sqliteCodeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (typeof code === 'string' && code !== '') return code;
  // Failing to open carries no code, only the number at the end of its text.
  const opening = error instanceof Error && error.message.startsWith('ConnectionFailed');
  return opening ? 'SQLITE_CANTOPEN' : '';
}
