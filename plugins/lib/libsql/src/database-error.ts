import type { Fault, FaultCode } from './fault.ts';

/** Compare `code`, never the class. */
export class DatabaseError extends Error {
  readonly code: FaultCode;
  readonly details: Fault['details'];

  constructor({ code, message, details }: Fault, cause?: unknown) {
    super(message, { cause });
    this.name = 'DatabaseError';
    this.code = code;
    this.details = details;
  }
}
