import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { forgeError } from '@forge/plugin-api';
import { reapMarked } from '../process/reap.ts';
import type { CheckoutOptions, RunWorkspaces } from '../run/run-workspaces.ts';
import { advanceBranch, refCommit } from './advance-branch.ts';
import { type Checkout, openCheckout } from './checkout.ts';
import { deliverBranch } from './deliver-branch.ts';
import { excludeInstalled } from './exclude-installed.ts';
import { createGit, type Git, type GitWorld } from './git.ts';
import { pickCommit, replantCommit } from './pick-commit.ts';
import { listInstructionFiles, readProjectFacts } from './project-facts.ts';
import { changedFiles, listFiles, readTexts, unifiedDiff } from './read-changes.ts';
import { readIfThere } from './read-if-there.ts';
import { rewordCommit } from './reword-commit.ts';
import { removeTree } from './remove-tree.ts';
import { resolutionFaults } from './resolution-faults.ts';
import { personsGit, type Repository } from './repository.ts';
import { type CloneOrigin, createRunClone, openRunClone, type RunCloneBase } from './run-clone.ts';

export interface RunWorkspacesOptions {
  readonly repository: Repository;
  readonly runId: string;
  /** The run's own folder; made when it is not there. */
  readonly directory: string;
  /** The run's branch, `forge/<run-id>-<slug>`, in the clone now and in the person's repository in the end. */
  readonly branch: string;
  readonly env: GitWorld['env'];
  readonly clock: { now(): number };
  /** What the run began from, where its log says it. */
  readonly base?: RunCloneBase;
  /** The run goes on from another one. */
  readonly origin?: RunOrigin;
}

export interface RunOrigin extends CloneOrigin {
  /** Without the objects of these there are no workspaces, but WORKSPACE_LOST with those missing as its data. */
  readonly commits: readonly string[];
}

export interface RunWorkspacesHere extends RunWorkspaces {
  checkout(name: string, base: string, options?: CheckoutOptions): Promise<Checkout>;
  /** Unified diff of the whole run: from the clone, or from the delivered branch when the clone is gone. */
  wholeDiff(): Promise<string>;
}

const WHOLE_DIFF_BYTES = 64 * 1024 * 1024;

/**
 * The workspaces of one run: those that lie in its folder, or new ones at the commit that the repository is at. A run
 * whose branch was delivered and whose folder is gone gets no new ones until they are asked for.
 */
export async function createRunWorkspaces(options: RunWorkspacesOptions): Promise<RunWorkspacesHere> {
  const { repository, runId, directory, branch, env, clock } = options;
  const marker = `${runId}/git`;
  const { identity } = repository.configuration;
  const persons = personsGit(env, marker, repository);
  await mkdir(directory, { recursive: true });

  const existing = await openRunClone(directory);
  const isOver = existing === undefined && (await hasBranchFile(repository, branch));
  const open = once(async () => {
    const clone = existing ?? (await createRunClone(repository, directory, branch, options.origin));
    const git = createGit({ env, marker }, { cwd: directory, gitDirectory: clone.gitDirectory });
    if (existing === undefined) await excludeInstalled(git, clone);
    return { git, base: clone.base };
  });
  const base = isOver ? repository : (await open()).base;
  if (options.origin !== undefined) await expectCommits((await open()).git, options.origin.commits, directory);

  const git = async () => (await open()).git;
  const checkouts = new Map<string, Promise<Checkout>>();
  const instructionFiles = new Map<string, Promise<readonly string[]>>();

  return {
    base,
    writable: [],
    async facts(commit) {
      return readProjectFacts(await git(), commit);
    },
    async instructionFiles(commit) {
      const known = instructionFiles.get(commit) ?? git().then((run) => listInstructionFiles(run, commit));
      instructionFiles.set(commit, known);
      return known;
    },
    async head() {
      return (await git()).text(['rev-parse', `refs/heads/${branch}`]);
    },
    async checkout(name, at, { fresh = false, kept = false } = {}) {
      const request = { name, base: at, fresh, kept, directory, git: await git(), repository, branch, now: clock.now };
      // One after the other, so that two who ask for the same get the same.
      const next = (checkouts.get(name) ?? Promise.resolve(undefined)).then(
        (open) => (open?.base === at && !fresh ? open : openCheckout(request)),
        () => openCheckout(request),
      );
      checkouts.set(name, next);
      return next;
    },
    async pick(change, onto) {
      return pickCommit(await git(), { change, onto, identity });
    },
    async replant(content, onto, like) {
      return replantCommit(await git(), { content, onto, like, identity });
    },
    async resolutionFaults(resolution) {
      return resolutionFaults(await git(), resolution);
    },
    async advance(commit) {
      await advanceBranch(await git(), branch, commit);
    },
    async changedFiles(from, to) {
      return changedFiles(await git(), from, to);
    },
    async diff(from, to, maxBytes) {
      return unifiedDiff(await git(), from, to, maxBytes);
    },
    async readFile(commit, path) {
      if (/[\n\0]/.test(path) || path.split('/').some((part) => /^\.{0,2}$/.test(part))) return undefined;
      return (await readTexts(await git(), [`${commit}:${path}`]))[0];
    },
    async listFiles(commit) {
      return listFiles(await git(), commit);
    },
    async reword(commit, reword) {
      return rewordCommit(await git(), { commit, identity, reword });
    },
    async deliver(name, commit, beside) {
      await deliverBranch({ from: await git(), to: persons, branch: name, commit, beside, directory });
    },
    async wholeDiff() {
      if (!isOver) return unifiedDiff(await git(), base.commit, `refs/heads/${branch}`, WHOLE_DIFF_BYTES);
      return unifiedDiff(
        persons,
        options.base?.commit ?? (await whereBranchBegan(persons, branch, runId)),
        `refs/heads/${branch}`,
        WHOLE_DIFF_BYTES,
      );
    },
    async remove() {
      await reapMarked((found) => found.startsWith(`${runId}/`));
      await removeRunDirectory(directory);
    },
  };
}

/** Removes all that a run keeps on disk: clone, checkouts, private places. */
export async function removeRunDirectory(directory: string): Promise<void> {
  await removeTree(directory);
}

async function expectCommits(git: Git, commits: readonly string[], directory: string): Promise<void> {
  const answer = await git.text(['cat-file', '--batch-check=%(objecttype)'], { stdin: commits.join('\n') });
  const lines = answer.split('\n');
  const missing = commits.filter((_, index) => lines[index] !== 'commit');
  if (missing.length === 0) return;
  await removeRunDirectory(directory);
  throw forgeError('WORKSPACE_LOST', 'The commits of the other run are gone with its workspaces', {
    why: `neither its clone nor the repository has ${missing[0]}`,
    data: { missing },
  });
}

async function hasBranchFile({ commonDirectory }: Repository, branch: string): Promise<boolean> {
  const loose = await readIfThere(join(commonDirectory, 'refs', 'heads', branch));
  if (loose !== undefined) return true;
  const packed = (await readIfThere(join(commonDirectory, 'packed-refs'))) ?? '';
  return packed.split('\n').some((line) => line.endsWith(` refs/heads/${branch}`));
}

/** The commit below the oldest one of the run: each of its commits names it in its last lines. */
async function whereBranchBegan(git: Git, branch: string, runId: string): Promise<string> {
  const log = await git.text([
    'log',
    '--first-parent',
    '-z',
    '--format=%P%n%B',
    `refs/heads/${branch}`,
    '--max-count=1000',
  ]);
  const commits = log.split('\0');
  const ours = commits.findIndex((commit) => !commit.includes(`\nForge-Run: ${runId}`));
  const oldest = commits[(ours < 0 ? commits.length : ours) - 1];
  return oldest?.split(/[\n ]/, 1)[0] || ((await refCommit(git, `refs/heads/${branch}`)) ?? '');
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
