import type { Git } from './git.ts';
import type { Identity } from './repository-configuration.ts';
import { writeCommit } from './write-commit.ts';

/**
 * A commit that differs from another one in its message alone: same tree, same parents, same date. The same words
 * answer the same commit, in another process too. No branch moves.
 */
export async function rewordCommit(
  git: Git,
  {
    commit,
    identity,
    reword,
  }: { readonly commit: string; readonly identity: Identity; reword(message: string): string },
): Promise<string> {
  const text = await git.text(['log', '-1', '--no-show-signature', '--format=%ct%n%T%n%P%n%B', commit]);
  const [seconds = '', tree = '', parents = '', ...message] = text.split('\n');
  return writeCommit(git, {
    tree,
    parents: parents.split(' ').filter((parent) => parent !== ''),
    message: reword(message.join('\n').trimEnd()),
    identity,
    at: Number(seconds) * 1000,
    refs: [{ name: `refs/forge/reworded/${commit}` }],
  });
}
