import { join } from 'node:path';

/** Where a run keeps its clone, checkouts and private places. */
export function runDirectory({ stateDirectory }: { readonly stateDirectory: string }, runId: string): string {
  return join(stateDirectory, 'runs', runId);
}
