import type { MergeOutcome } from '../run/run-workspaces.ts';
import type { Git } from './git.ts';
import type { Identity } from './repository-configuration.ts';
import { setOwnRefs, writeCommit } from './write-commit.ts';

export interface MergeRequest {
  /** Short name of the branch in the run's clone. */
  readonly branch: string;
  readonly commit: string;
  readonly message: string;
  readonly identity: Identity;
  readonly at: number;
}

/**
 * Brings a commit into the run's branch, whose history stays a line: what the commit changed since it left the branch
 * is put on top as one commit. Nothing is checked out. Which commit went in is kept under `refs/forge/merged/`, so
 * repeating is harmless, also after a crash.
 */
export async function mergeCommit(git: Git, request: MergeRequest): Promise<MergeOutcome> {
  const { branch, commit, message, identity, at } = request;
  const branchRef = `refs/heads/${branch}`;
  const mergedRef = `refs/forge/merged/${commit}`;
  const [head, known] = await Promise.all([git.text(['rev-parse', branchRef]), refCommit(git, mergedRef)]);
  if (known !== undefined) return { ok: true, commit: head };

  const bases = await git.text(['merge-base', head, commit], { answers: [0, 1] });
  if (bases === commit) return { ok: true, commit: head };
  if (bases === head) {
    await setOwnRefs(git, [
      { name: branchRef, commit, expected: head },
      { name: mergedRef, commit },
    ]);
    return { ok: true, commit };
  }

  const { tree, conflicts } = await mergeTrees(git, head, commit);
  if (conflicts.length > 0) return { ok: false, conflicts };
  if (tree === (await git.text(['rev-parse', `${head}^{tree}`]))) {
    await setOwnRefs(git, [{ name: mergedRef, commit: head }]);
    return { ok: true, commit: head };
  }
  const refs = [{ name: branchRef, expected: head }, { name: mergedRef }];
  return { ok: true, commit: await writeCommit(git, { tree, parents: [head], message, identity, at, refs }) };
}

/** The merged tree; with conflicts, it holds the files with their conflict marks. */
async function mergeTrees(git: Git, ours: string, theirs: string) {
  const args = ['merge-tree', '--write-tree', '--name-only', '--no-messages', '--allow-unrelated-histories', '-z'];
  const { stdout, exitCode } = await git.run([...args, ours, theirs], { answers: [0, 1] });
  const [tree = '', ...conflicts] = stdout.toString('utf8').split('\0');
  return { tree, conflicts: exitCode === 0 ? [] : conflicts.filter((path) => path !== '') };
}

export async function refCommit(git: Git, ref: string): Promise<string | undefined> {
  const commit = await git.text(['rev-parse', '--verify', '--quiet', `${ref}^{commit}`], { answers: [0, 1] });
  return commit === '' ? undefined : commit;
}
