import { join } from 'node:path';
import { forgeError } from '@forge/plugin-api';

/** Where a run keeps its clone, checkouts and private places. */
export function runDirectory({ stateDirectory }: { readonly stateDirectory: string }, runId: string): string {
  // What lies there is removed in the end; an id that somebody wrote into the store must not lead elsewhere.
  if (!/^\w[\w-]*$/.test(runId)) throw forgeError('LOG_CORRUPT', `"${runId}" cannot be the id of a run`);
  return join(stateDirectory, 'runs', runId);
}
