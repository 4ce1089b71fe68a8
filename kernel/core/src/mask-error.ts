import { ForgeError, ForgeFaults, isForgeError } from '@forge/plugin-api';
import { maskDeep, type Masker } from './secrets.ts';

/** The error without secrets in what is shown of it: message and details, of all in a gathered one. Else the same. */
export function maskError(masker: Masker, error: unknown): unknown {
  if (error instanceof Error && error.name === 'ForgeFaults') {
    const { errors } = error as ForgeFaults;
    return new ForgeFaults(errors.map((inner) => maskError(masker, inner) as ForgeError));
  }
  if (!isForgeError(error)) return error;
  const message = masker.mask(error.message);
  const details = maskDeep(masker, error.details) as ForgeError['details'];
  if (message === error.message && JSON.stringify(details) === JSON.stringify(error.details)) return error;
  const copy = new ForgeError(error.code, message, details, error.cause);
  if (error.stack !== undefined) copy.stack = masker.mask(error.stack);
  return copy;
}
