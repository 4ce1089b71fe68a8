import { closeSync, openSync } from 'node:fs';
import type { ChildProcess } from 'node:child_process';
import { forgeError, type ForgeError } from '@forge/plugin-api';
import { supervise } from '../process/supervise.ts';
import { hardenedEnvironment, type Settings } from './hardened-git.ts';

export interface GitPlace {
  readonly cwd: string;
  /** Given for all but the search for a repository: nothing a folder contains decides what git works on. */
  readonly gitDirectory?: string;
  /** Where refs and objects lie, when the git directory is that of a linked worktree. */
  readonly commonDirectory?: string;
  readonly workTree?: string;
  readonly indexFile?: string;
  readonly settings?: Settings;
}

export interface GitCall {
  readonly stdin?: string | { readonly file: string };
  /** Exit codes that are an answer, not a failure. Default 0 alone. */
  readonly answers?: readonly number[];
  /** The rest of stdout is thrown away, `truncated` says so. Default 256 MiB. */
  readonly maxBytes?: number;
  readonly userConfiguration?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** Default: a quarter of an hour. */
  readonly timeoutMs?: number;
  /** Ends it: the call then fails like one that was killed. */
  readonly signal?: AbortSignal;
  /** Sees what git says meanwhile. */
  readonly onStderr?: (text: string) => void;
}

export interface GitAnswer {
  readonly stdout: Buffer;
  readonly exitCode: number;
  readonly truncated: boolean;
}

/** The one way to git. Bound to a place; `at` gives the same git bound to another. */
export interface Git {
  readonly place: GitPlace;
  /** Rejects with GIT_MISSING or GIT_FAILED; the latter holds the command, its exit code and the end of stderr. */
  run(args: readonly string[], call?: GitCall): Promise<GitAnswer>;
  /** Stdout as text without the last line break. */
  text(args: readonly string[], call?: GitCall): Promise<string>;
  at(place: Partial<GitPlace>): Git;
}

export interface GitWorld {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Marks git's processes, so that they end with their run. */
  readonly marker: string;
}

const MAX_BYTES = 256 * 1024 * 1024;
const STDERR_BYTES = 4096;
const TIMEOUT_MS = 15 * 60_000;

export function createGit(world: GitWorld, place: GitPlace): Git {
  const run = (args: readonly string[], call: GitCall = {}) => runGit(world, place, args, call);
  return {
    place,
    run,
    async text(args, call) {
      return (await run(args, call)).stdout.toString('utf8').replace(/\n$/, '');
    },
    at: (change) => createGit(world, { ...place, ...change }),
  };
}

async function runGit(world: GitWorld, place: GitPlace, args: readonly string[], call: GitCall): Promise<GitAnswer> {
  const stdout = collector(call.maxBytes ?? MAX_BYTES);
  const stderr = tailCollector(STDERR_BYTES);
  const input = typeof call.stdin === 'object' ? openSync(call.stdin.file, 'r') : undefined;
  const outcome = await supervise(
    {
      file: 'git',
      args,
      cwd: place.cwd,
      env: {
        ...hardenedEnvironment(world.env, place.settings ?? [], call.userConfiguration ?? false),
        ...placeVariables(place),
        ...call.env,
      },
      marker: world.marker,
      timeoutMs: call.timeoutMs ?? TIMEOUT_MS,
      ...(call.signal === undefined ? {} : { signal: call.signal }),
    },
    [input ?? (call.stdin === undefined ? 'ignore' : 'pipe'), 'pipe', 'pipe'],
    (child) => {
      const closed = new Promise((resolve) => child.once('close', resolve));
      child.stdout?.on('data', stdout.add);
      child.stderr?.on('data', stderr.add);
      if (call.onStderr !== undefined) child.stderr?.on('data', (bytes: Buffer) => call.onStderr?.(bytes.toString()));
      if (typeof call.stdin === 'string') feed(child, call.stdin);
      return { closed, stop: () => [child.stdout, child.stderr].forEach((stream) => stream?.destroy()) };
    },
  ).finally(() => input !== undefined && closeSync(input));

  const { exitCode, startFailure } = outcome;
  if (startFailure !== undefined) throw notStarted(place, startFailure);
  if (exitCode !== undefined && (call.answers ?? [0]).includes(exitCode)) {
    return { stdout: stdout.bytes(), exitCode, truncated: stdout.truncated() };
  }
  const how = outcome.timedOut
    ? 'ran out of time'
    : exitCode === undefined
      ? `ended by ${outcome.signal ?? 'its caller'}`
      : undefined;
  throw failed(place, args, exitCode, how, stderr.bytes().toString('utf8').trim());
}

function placeVariables({ gitDirectory, commonDirectory, workTree, indexFile }: GitPlace): Record<string, string> {
  return {
    ...(gitDirectory === undefined ? {} : { GIT_DIR: gitDirectory }),
    ...(commonDirectory === undefined ? {} : { GIT_COMMON_DIR: commonDirectory }),
    ...(workTree === undefined ? {} : { GIT_WORK_TREE: workTree }),
    ...(indexFile === undefined ? {} : { GIT_INDEX_FILE: indexFile }),
  };
}

function feed(child: ChildProcess, text: string): void {
  // Git may end without having read all; its exit code says whether that was right.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(text);
}

function collector(maxBytes: number) {
  const chunks: Buffer[] = [];
  let length = 0;
  let truncated = false;
  return {
    add(chunk: Buffer) {
      const room = maxBytes - length;
      if (chunk.length > room) truncated = true;
      if (room <= 0) return;
      chunks.push(chunk.subarray(0, room));
      length += Math.min(room, chunk.length);
    },
    bytes: () => Buffer.concat(chunks, length),
    truncated: () => truncated,
  };
}

function tailCollector(maxBytes: number) {
  let kept = Buffer.alloc(0);
  return {
    add(chunk: Buffer) {
      kept = Buffer.concat([kept, chunk]).subarray(-maxBytes);
    },
    bytes: () => kept,
  };
}

function notStarted(place: GitPlace, { code, message }: { readonly code: string; readonly message: string }) {
  if (code === 'ENOENT') {
    return forgeError('GIT_MISSING', 'git could not be started', {
      where: place.cwd,
      why: `there is no git on PATH, or the folder is gone (${message})`,
      fix: 'install git 2.38 or newer',
    });
  }
  return forgeError('GIT_FAILED', `git could not be started: ${message}`, { where: place.cwd });
}

function failed(
  place: GitPlace,
  args: readonly string[],
  exitCode: number | undefined,
  how: string | undefined,
  stderr: string,
): ForgeError {
  const firstLine = stderr.split('\n', 1)[0]?.replace(/^(fatal|error): /, '');
  return forgeError('GIT_FAILED', `git ${args[0]} failed: ${how ?? (firstLine || `exit code ${exitCode}`)}`, {
    where: place.gitDirectory ?? place.cwd,
    why: stderr,
    data: { command: ['git', ...args], exitCode: exitCode ?? -1, stderr },
  });
}

/** The end of stderr of a failed git command; undefined for any other error. */
export function gitStderr(error: unknown): string | undefined {
  const { code, details } = error as Partial<ForgeError>;
  if (code !== 'GIT_FAILED' || typeof details?.data !== 'object' || details.data === null) return undefined;
  return 'stderr' in details.data && typeof details.data.stderr === 'string' ? details.data.stderr : undefined;
}
