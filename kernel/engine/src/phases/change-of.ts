import type { Change } from '@forge/plugin-api';
import { toldBranch } from '../run/run-state.ts';
import type { Run } from '../run/run.ts';

/**
 * What the run has changed up to a commit, by default so far, as agents see it: the same in a fork, whose journal would
 * not fit otherwise.
 */
export async function changeOf(run: Run, upTo?: string): Promise<Change> {
  const base = run.workspaces.base.commit;
  const commit = upTo ?? (await run.workspaces.head());
  return {
    base,
    commit,
    branch: toldBranch(run.state, run.branch),
    files: await run.workspaces.changedFiles(base, commit),
  };
}
