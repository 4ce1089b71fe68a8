import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, forgeError, type ForgeError } from '@forge/plugin-api';
import { folderWithin } from './folder-within.ts';
import { createGit, type Git, type GitCall } from './git.ts';
import { type CallGit, explainRemote, remoteGit, type RemoteSource } from './remote-git.ts';

export interface FollowOptions {
  /** A clone that was made here before, or a folder that is not there yet. */
  readonly directory: string;
  readonly source: RemoteSource;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly limits: { readonly milliseconds: number; readonly bytes: number };
  readonly signal: AbortSignal;
  /** What git says, one line at a time. */
  onProgress(line: string): void;
}

/** How often it is looked at whether the clone has grown too large. */
const lookMs = 500;

/**
 * Makes a clone whose working tree is the newest commit of the default branch, or brings one up to date. Its other
 * branches stay. Nothing of what comes is run: no hook, no filter, no submodule.
 *
 * Rejects with CLONE_FAILED, which says why, and REPOSITORY_EMPTY.
 */
export async function followRemote({ directory, source, env, clock, limits, ...more }: FollowOptions): Promise<void> {
  const until = clock.now() + limits.milliseconds;
  const tooLarge = new AbortController();
  const over = new AbortController();
  const git = createGit({ env, marker: 'forge/clone' }, { cwd: directory });
  const remote = remoteGit(git, source, env);
  const call = (): GitCall => ({
    signal: AbortSignal.any([more.signal, tooLarge.signal]),
    timeoutMs: Math.max(1, until - clock.now()),
    onStderr: tellLines(more.onProgress),
  });
  const watching = watchSize().catch(() => {});
  try {
    await beginClone(git, source.url);
    const { branch, ref } = await defaultBranch(remote, source, call());
    await expectRefName(git, ref, source);
    const fetched = `refs/remotes/origin/${branch}`;
    await dropLocks(directory, ['HEAD', 'index', fetched, `refs/heads/${branch}`]);
    await remote(
      [
        'fetch',
        '--progress',
        '--no-tags',
        '--no-recurse-submodules',
        '--no-write-fetch-head',
        source.url,
        `+${ref}:${fetched}`,
      ],
      call(),
    );
    // A branch of that name would stand in the way of those that runs deliver.
    const onto = /^forge(\/|$)/.test(branch) ? ['--detach', fetched] : ['-B', branch, '--no-track', fetched];
    await git.run(['checkout', '--quiet', '--force', ...onto], call());
    if (!(await folderWithin(directory, limits.bytes))) tooLarge.abort();
    tooLarge.signal.throwIfAborted();
  } catch (error) {
    more.signal.throwIfAborted();
    if (tooLarge.signal.aborted) throw outgrown(source, limits.bytes);
    throw explainRemote(error, source, { code: 'CLONE_FAILED', what: 'could not be cloned' });
  } finally {
    over.abort();
    await watching;
  }

  async function watchSize(): Promise<void> {
    for (;;) {
      await clock.sleep(lookMs, over.signal);
      if (!(await folderWithin(directory, limits.bytes))) return tooLarge.abort();
    }
  }
}

async function beginClone(git: Git, url: string): Promise<void> {
  const { cwd } = git.place;
  if (existsSync(join(cwd, '.git', 'HEAD'))) return;
  await mkdir(cwd, { recursive: true });
  await git.run(['init', '--quiet', '--template=', '--initial-branch=main']);
  await git.run(['config', 'remote.origin.url', url]);
}

/** As the server says today: it may have been renamed since the last time. */
async function defaultBranch(remote: CallGit, { url }: RemoteSource, call: GitCall) {
  const { stdout } = await remote(['ls-remote', '--symref', url, 'HEAD'], { ...call, maxBytes: 1_000_000 });
  const [, ref, branch] = /^ref: (refs\/heads\/(\S+))\tHEAD$/m.exec(stdout.toString('utf8')) ?? [];
  if (ref !== undefined && branch !== undefined) return { ref, branch };
  throw forgeError('REPOSITORY_EMPTY', `${url} has no commit on a default branch`, { fix: 'push a first commit' });
}

/** Git tells whatever the host says, and paths are made of it. */
async function expectRefName(git: Git, ref: string, { url }: RemoteSource): Promise<void> {
  const { exitCode } = await git.run(['check-ref-format', ref], { answers: [0, 1] });
  if (exitCode !== 0) throw forgeError('CLONE_FAILED', `${url} has a default branch of a name that no branch can have`);
}

/** Of a process that was killed: nobody else works on these parts of the clone, so they would stand in the way for ever. */
async function dropLocks(directory: string, names: readonly string[]): Promise<void> {
  await Promise.all(names.map((name) => rm(join(directory, '.git', `${name}.lock`), { force: true })));
}

function tellLines(tell: (line: string) => void): (text: string) => void {
  return (text) => {
    const line = text
      .split(/[\r\n]+/)
      .map((part) => part.replace(/\p{C}/gu, '').trim())
      .findLast((part) => part !== '');
    if (line !== undefined) tell(line.slice(0, 200));
  };
}

function outgrown({ url }: RemoteSource, bytes: number): ForgeError {
  return forgeError('CLONE_FAILED', `${url} is larger than the ${Math.round(bytes / 1024 / 1024)} MB that it may be`, {
    fix: 'raise server.cloneMegabytes',
  });
}
