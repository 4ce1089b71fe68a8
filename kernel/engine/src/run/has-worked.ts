import type { ExecutionRecord } from './run-state.ts';

/** A tool has run for it, so its workspace was made, and what lies there may be its work. */
export function hasWorked(execution: ExecutionRecord | undefined): boolean {
  if (execution === undefined) return false;
  // The journal of one that is completed was let go.
  if (execution.status === 'completed') return execution.toolCalls > 0;
  return Object.values(execution.journal).some((entry) => entry.kind === 'tool' && entry.result !== undefined);
}
