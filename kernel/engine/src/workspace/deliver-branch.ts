import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { forgeError } from '@forge/plugin-api';
import type { Git } from './git.ts';
import { refCommit } from './advance-branch.ts';
import { removeTree } from './remove-tree.ts';
import { setRefs } from './write-commit.ts';

export interface Delivery {
  /** Git in the run's clone. */
  readonly from: Git;
  /** Git in the person's repository. */
  readonly to: Git;
  /** Begins with `forge/`. */
  readonly branch: string;
  readonly commit: string;
  /** Commits stored beside it for as long as git keeps what no branch leads to, so that a fork finds them. */
  readonly beside?: readonly string[] | undefined;
  /** A folder to write into. */
  readonly directory: string;
}

/** Fewer objects than this are stored one by one, more stay a pack; git draws the line there, too. */
const UNPACK_LIMIT = 100;

/**
 * Puts a commit into the person's repository as `refs/heads/<branch>`. Nothing else there changes: objects are added,
 * one ref is set, no reflog, no FETCH_HEAD, no hook. All objects that the branch needs are there afterwards, so it
 * outlives the run's clone. Repeating is harmless.
 *
 * Rejects with DEPLOY_FAILED when the branch exists and is not an ancestor of the commit, or is checked out somewhere.
 */
export async function deliverBranch({ from, to, branch, commit, beside, directory }: Delivery): Promise<void> {
  if (!branch.startsWith('forge/')) throw forgeError('INTERNAL', `${branch} is not a branch that a run may write`);
  const ref = `refs/heads/${branch}`;
  const existing = await refCommit(to, ref);
  if (existing === commit) return;
  if (existing !== undefined) await expectMovable(from, to, { branch, ref, existing, commit });

  const pack = await packMissing({ from, to, branch, commit, beside, directory });
  if (pack.objects > 0) {
    const args = pack.objects < UNPACK_LIMIT ? ['unpack-objects', '-q'] : ['index-pack', '--stdin'];
    await to.run(args, { stdin: { file: pack.file } });
  }
  // As a fetch does: fails when anything that the commit needs is not there.
  await to.run(['rev-list', '--quiet', '--objects', commit, '--not', '--all']);
  await setRefs(to, [{ name: ref, commit, expected: existing ?? '0'.repeat(commit.length) }]).catch(
    (error: unknown) => {
      throw refused(branch, 'its name does not fit beside the other branches, or it came into being just now', error);
    },
  );
  await removeTree(pack.file);
}

async function expectMovable(
  from: Git,
  to: Git,
  { branch, ref, existing, commit }: { branch: string; ref: string; existing: string; commit: string },
): Promise<void> {
  const { exitCode } = await from.run(['merge-base', '--is-ancestor', existing, commit], { answers: [0, 1, 128] });
  if (exitCode !== 0) throw refused(branch, `it exists and has commits of its own, up to ${existing.slice(0, 12)}`);
  const worktrees = await to.text(['worktree', 'list', '--porcelain']);
  if (worktrees.split('\n').includes(`branch ${ref}`)) throw refused(branch, 'it is checked out');
}

function refused(branch: string, why: string, cause?: unknown) {
  return forgeError('DEPLOY_FAILED', `The branch ${branch} could not be written`, {
    why,
    fix: `rename or remove it (git branch -m ${branch} <other>), then resume the run`,
    cause,
  });
}

/** A pack, complete in itself, of the objects that the person's repository cannot reach yet. */
async function packMissing({ from, to, commit, beside = [], directory }: Delivery) {
  const [refs, head] = await Promise.all([to.text(['for-each-ref', '--format=%(objectname)']), refCommit(to, 'HEAD')]);
  const there = new Set([...refs.split('\n'), head ?? ''].filter((object) => object !== ''));
  const [reachable, kept] = await Promise.all([present(from, [...there]), present(from, beside)]);
  const folder = join(directory, 'delivery');
  await mkdir(folder, { recursive: true });
  const name = await from.text(['pack-objects', '--revs', '-q', '--threads=1', join(folder, 'pack')], {
    stdin: [commit, ...kept, ...reachable.map((object) => `^${object}`), ''].join('\n'),
  });
  const file = join(folder, `pack-${name}.pack`);
  return { file, objects: name === '' ? 0 : await objectsIn(file) };
}

/** Those that the clone has: not what came into the person's repository another way, nor what a fork did without. */
async function present(git: Git, objects: readonly string[]): Promise<string[]> {
  if (objects.length === 0) return [];
  const answer = await git.text(['cat-file', '--batch-check=%(objectname)'], { stdin: `${objects.join('\n')}\n` });
  return answer.split('\n').filter((line) => line !== '' && !line.endsWith(' missing'));
}

/** From the pack's header: a signature and a version of four bytes each, then the number. */
async function objectsIn(file: string): Promise<number> {
  const handle = await open(file);
  try {
    const { buffer } = await handle.read(Buffer.alloc(12), 0, 12, 0);
    return buffer.readUInt32BE(8);
  } finally {
    await handle.close();
  }
}
