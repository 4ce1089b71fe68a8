import type { Run } from '../run/run.ts';
import type { Workspace } from '../run/run-workspaces.ts';

/** A checkout of the run's state to look at, made when the first tool looks. */
export function inspectionWorkspace(run: Run): (base: string) => Promise<Workspace> {
  return (base) => run.workspaces.checkout('look', base);
}
