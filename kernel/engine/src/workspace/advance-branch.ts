import { forgeError } from '@forge/plugin-api';
import type { Git } from './git.ts';
import { setOwnRefs } from './write-commit.ts';

/** Moves the run's branch on to a commit that continues it. A commit that is in it already changes nothing. */
export async function advanceBranch(git: Git, branch: string, commit: string): Promise<void> {
  const branchRef = `refs/heads/${branch}`;
  const head = await git.text(['rev-parse', branchRef]);
  const common = await git.text(['merge-base', head, commit], { answers: [0, 1] });
  if (common === commit) return;
  if (common !== head) {
    throw forgeError('INTERNAL', `Commit ${commit} does not continue the branch ${branch}, which is at ${head}`);
  }
  await setOwnRefs(git, [{ name: branchRef, commit, expected: head }]);
}

export async function refCommit(git: Git, ref: string): Promise<string | undefined> {
  const commit = await git.text(['rev-parse', '--verify', '--quiet', `${ref}^{commit}`], { answers: [0, 1] });
  return commit === '' ? undefined : commit;
}
