import { rm } from 'node:fs/promises';
import { type Git, gitStderr } from './git.ts';
import type { Identity } from './repository-configuration.ts';

export interface CommitRequest {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
  readonly identity: Identity;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Refs that point to the commit afterwards, all or none. One whose `expected` value is not found fails them all. */
  readonly refs: readonly { readonly name: string; readonly expected?: string }[];
}

/** Writes a commit by plumbing alone: no hook, no signature, no editor. */
export async function writeCommit(git: Git, request: CommitRequest): Promise<string> {
  const { tree, parents, message, identity, at } = request;
  const date = `@${Math.floor(at / 1000)} +0000`;
  const { name, email } = identity;
  const commit = await git.text(['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent]), '-F', '-'], {
    stdin: message.endsWith('\n') ? message : `${message}\n`,
    env: {
      GIT_AUTHOR_NAME: name,
      GIT_AUTHOR_EMAIL: email,
      GIT_AUTHOR_DATE: date,
      GIT_COMMITTER_NAME: name,
      GIT_COMMITTER_EMAIL: email,
      GIT_COMMITTER_DATE: date,
    },
  });
  await setOwnRefs(
    git,
    request.refs.map((ref) => ({ ...ref, commit })),
  );
  return commit;
}

export interface RefUpdate {
  readonly name: string;
  readonly commit: string;
  /** What it must point to before; all zeros: nothing. */
  readonly expected?: string;
}

/**
 * Sets refs of a run's clone. A lock that is in the way was left by a process that was killed: only one process owns a
 * run, and no two of its calls set the same ref at a time.
 */
export async function setOwnRefs(git: Git, refs: readonly RefUpdate[]): Promise<void> {
  try {
    await setRefs(git, refs);
  } catch (error) {
    const lock = /Unable to create '(.+\.lock)': File exists/.exec(gitStderr(error) ?? '')?.[1];
    if (lock === undefined || !lock.startsWith(`${git.place.gitDirectory}/`)) throw error;
    await rm(lock, { force: true });
    await setRefs(git, refs);
  }
}

/** Sets refs in one transaction. */
export async function setRefs(git: Git, refs: readonly RefUpdate[]): Promise<void> {
  const lines = refs.map(({ name, commit, expected }) =>
    ['update', name, commit, ...(expected === undefined ? [] : [expected])].join(' '),
  );
  await git.run(['update-ref', '--no-deref', '--stdin'], { stdin: `${lines.join('\n')}\n` });
}
