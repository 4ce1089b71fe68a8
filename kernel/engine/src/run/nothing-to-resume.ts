import { forgeError, type ForgeError, type RunRecord } from '@forge/plugin-api';

/** It came to an end after which nothing goes on. */
export function isOver({ status }: RunRecord): boolean {
  return status === 'completed' || status === 'discarded';
}

export function nothingToResume({ id, status }: RunRecord): ForgeError {
  return forgeError('USAGE', `Run ${id} is ${status}; there is nothing to resume`, { fix: `forge show ${id}` });
}
