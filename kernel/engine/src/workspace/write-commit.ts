import type { Git } from './git.ts';
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
  const date = `${Math.floor(at / 1000)} +0000`;
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
  await setRefs(
    git,
    request.refs.map((ref) => ({ ...ref, commit })),
  );
  return commit;
}

/** Sets refs in one transaction. */
export async function setRefs(
  git: Git,
  refs: readonly { readonly name: string; readonly commit: string; readonly expected?: string }[],
): Promise<void> {
  const lines = refs.map(({ name, commit, expected }) =>
    ['update', name, commit, ...(expected === undefined ? [] : [expected])].join(' '),
  );
  await git.run(['update-ref', '--no-deref', '--stdin'], { stdin: `${lines.join('\n')}\n` });
}
