import { type ErrorCode, type ErrorDetails, errorTable, type ForgeError, forgeError } from '@forge/plugin-api';
import type { Problem } from './schemas.ts';

/** The error that the server had, as it would be here: same code, so the same exit code. */
export function errorOf({ code, title, where, why, fix, plugin, retryAfterMs, data }: Problem): ForgeError {
  const known: ErrorCode = Object.hasOwn(errorTable, code) ? (code as ErrorCode) : 'INTERNAL';
  return forgeError(known, title, {
    ...(where === undefined ? {} : { where }),
    ...(why === undefined ? {} : { why }),
    ...(fix === undefined ? {} : { fix }),
    ...(plugin === undefined ? {} : { plugin }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(data === undefined ? {} : { data: data as NonNullable<ErrorDetails['data']> }),
  });
}
