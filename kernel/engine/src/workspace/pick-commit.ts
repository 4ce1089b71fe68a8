import type { PickOutcome, TaskChange } from '../run/run-workspaces.ts';
import type { Git } from './git.ts';
import type { Identity } from './repository-configuration.ts';
import { writeCommit } from './write-commit.ts';

/**
 * What a change did since its base, put on top of another commit, as one commit with the change's own message and
 * date: the same request answers the same commit, in another process too. Nothing is checked out and no branch moves.
 */
export async function pickCommit(
  git: Git,
  { change, onto, identity }: { readonly change: TaskChange; readonly onto: string; readonly identity: Identity },
): Promise<PickOutcome> {
  const { base, commit } = change;
  if (onto === base || commit === onto) return { ok: true, commit };
  const { message, at } = await describe(git, commit);
  const write = (tree: string, parent: string, kind: string) =>
    writeCommit(git, {
      tree,
      parents: [parent],
      message,
      identity,
      at,
      refs: [{ name: `refs/forge/${kind}/${commit}/${onto}` }],
    });
  // As if what is there now had been done on the change's base: git finds the base of a merge by history alone.
  const ours = await write(await treeOf(git, onto), base, 'bases');
  const { tree, conflicts } = await mergeTrees(git, ours, commit);
  if (conflicts.length > 0) return { ok: false, conflicts, commit: await write(tree, onto, 'conflicts') };
  if (tree === (await treeOf(git, onto))) return { ok: true, commit: onto };
  return { ok: true, commit: await write(tree, onto, 'picks') };
}

/** The content of a commit on top of another one, with message and date of the change that it stands for. */
export async function replantCommit(
  git: Git,
  {
    content,
    onto,
    like,
    identity,
  }: { readonly content: string; readonly onto: string; readonly like: string; readonly identity: Identity },
): Promise<string> {
  const [{ message, at }, tree] = await Promise.all([describe(git, like), treeOf(git, content)]);
  if (tree === (await treeOf(git, onto))) return onto;
  return writeCommit(git, {
    tree,
    parents: [onto],
    message,
    identity,
    at,
    refs: [{ name: `refs/forge/picks/${content}/${onto}` }],
  });
}

async function describe(git: Git, commit: string): Promise<{ readonly message: string; readonly at: number }> {
  const text = await git.text(['log', '-1', '--no-show-signature', '--format=%ct%n%B', commit]);
  const lineEnd = text.indexOf('\n');
  return { at: Number(text.slice(0, lineEnd)) * 1000, message: text.slice(lineEnd + 1).trimEnd() };
}

function treeOf(git: Git, commit: string): Promise<string> {
  return git.text(['rev-parse', `${commit}^{tree}`]);
}

/** The merged tree; with conflicts, it holds the files with their conflict marks. */
async function mergeTrees(git: Git, ours: string, theirs: string) {
  const args = ['merge-tree', '--write-tree', '--name-only', '--no-messages', '-z'];
  const { stdout, exitCode } = await git.run([...args, ours, theirs], { answers: [0, 1] });
  const [tree = '', ...conflicts] = stdout.toString('utf8').split('\0');
  return { tree, conflicts: exitCode === 0 ? [] : conflicts.filter((path) => path !== '') };
}
