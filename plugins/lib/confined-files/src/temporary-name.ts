import { createHash } from 'node:crypto';
import { posix } from 'node:path';

/** The file that a call writes before it takes its place: the same for the same call, so that it can be foretold. */
export function temporaryName(call: { readonly path: string }): string {
  return `.forge-${createHash('sha256').update(JSON.stringify(call)).digest('hex').slice(0, 16)}.tmp`;
}

/** Where that file is while the call runs. */
export function temporaryBeside(call: { readonly path: string }): string {
  return posix.join(posix.dirname(call.path), temporaryName(call));
}
