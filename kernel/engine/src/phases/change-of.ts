import type { Change } from '@forge/plugin-api';
import type { Run } from '../run/run.ts';

/** What the run has changed so far. */
export async function changeOf(run: Run): Promise<Change> {
  const base = run.workspaces.base.commit;
  const commit = await run.workspaces.head();
  return { base, commit, branch: run.branch, files: await run.workspaces.changedFiles(base, commit) };
}
