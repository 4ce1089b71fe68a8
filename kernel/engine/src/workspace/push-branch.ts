import { createGit, type GitWorld } from './git.ts';
import { explainRemote, remoteGit, type RemoteSource } from './remote-git.ts';

export interface PushOptions {
  /** A clone. */
  readonly directory: string;
  readonly branch: string;
  readonly source: RemoteSource;
  readonly env: GitWorld['env'];
  readonly milliseconds: number;
  readonly signal: AbortSignal;
}

/**
 * Gives one branch to where the clone is from, under its own name. What is there is not overwritten; pushing again what
 * is there changes nothing. Rejects with PUSH_FAILED.
 */
export async function pushBranch({ directory, branch, source, env, milliseconds, signal }: PushOptions): Promise<void> {
  const remote = remoteGit(createGit({ env, marker: 'forge/clone' }, { cwd: directory }), source, env);
  const ref = `refs/heads/${branch}`;
  try {
    await remote(['push', '--no-verify', '--no-follow-tags', '--recurse-submodules=no', source.url, `${ref}:${ref}`], {
      timeoutMs: milliseconds,
      signal,
    });
  } catch (error) {
    signal.throwIfAborted();
    throw explainRemote(error, source, { code: 'PUSH_FAILED', what: `did not take ${branch}` });
  }
}
