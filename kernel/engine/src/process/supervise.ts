import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { PROCESS_MARKER, readEntry } from './process-table.ts';
import { findProcesses, type KnownProcess, reap, sendSignal } from './reap.ts';

export interface SupervisedCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment; only FORGE_PROCESS is added. */
  readonly env: Readonly<Record<string, string>>;
  /**
   * Names the owner, so that a later start can find what was left behind. FORGE_PROCESS is this, `#` and a number of
   * the command's own: to end one command must not end another of the same owner.
   */
  readonly marker: string;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** From SIGTERM to SIGKILL. Default 1,000. */
  readonly killGraceMs?: number;
  /** How long output may still come after the command itself has ended. Default 200. */
  readonly drainMs?: number;
}

export interface OutputReading {
  /** Settles when no process can write any more. */
  readonly closed: Promise<unknown>;
  stop(): void;
}

export interface ProcessOutcome {
  /** Undefined when a signal ended it, or when it never started. */
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly timedOut: boolean;
  readonly aborted: boolean;
  /** Processes that were still there after the command had ended, and were killed. */
  readonly leftovers: number;
  /** Why it never started: `ENOENT` (no such program, or no such cwd), `EACCES`, `E2BIG`, … */
  readonly startFailure: { readonly code: string; readonly message: string } | undefined;
}

let started = 0;

const KILL_GRACE_MS = 1_000;
const DRAIN_MS = 200;
const FINAL_DRAIN_MS = 1_000;
const POLL_MS = 10;
const GROUP_END_POLLS = 5;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const NOTHING_HAPPENED: ProcessOutcome = {
  exitCode: undefined,
  signal: undefined,
  timedOut: false,
  aborted: false,
  leftovers: 0,
  startFailure: undefined,
};

/**
 * Starts a command in its own session and stays until it has ended and its output is drained. Never hangs: a timeout,
 * an abort, a background process left in the group or one that holds the output all end in SIGTERM, then SIGKILL for
 * the group, the session, every descendant and every process with the marker. A command that ends cleanly costs no
 * look at /proc.
 *
 * @param attach is called once, right after the start, to read the output.
 */
export async function supervise(
  command: SupervisedCommand,
  stdio: StdioOptions,
  attach: (child: ChildProcess) => OutputReading,
): Promise<ProcessOutcome> {
  if (command.signal?.aborted) return { ...NOTHING_HAPPENED, aborted: true };
  const marker = `${command.marker}#${process.pid}.${++started}`;
  const begun = await start(command, marker, stdio);
  if ('code' in begun) return { ...NOTHING_HAPPENED, startFailure: begun };
  const { child, pid } = begun;
  const output = attach(child);
  const exited = new Promise<void>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', () => resolve());
  });

  let reason: 'timeout' | 'abort' | undefined;
  const stopped = new Promise<void>((resolve, reject) => {
    const stop = (why: 'timeout' | 'abort') => () => {
      if (reason !== undefined) return;
      reason = why;
      terminate(pid, marker, command).then(() => resolve(), reject);
    };
    const timer =
      command.timeoutMs === undefined
        ? undefined
        : setTimeout(stop('timeout'), Math.min(command.timeoutMs, LONGEST_TIMER_MS));
    const onAbort = stop('abort');
    command.signal?.addEventListener('abort', onAbort, { once: true });
    void exited.then(() => {
      clearTimeout(timer);
      command.signal?.removeEventListener('abort', onAbort);
    });
  });

  await Promise.race([exited, stopped]);
  if (reason !== undefined) await stopped;
  const leftovers = await drain(pid, marker, command, output);
  return {
    exitCode: child.exitCode ?? undefined,
    signal: child.signalCode ?? undefined,
    timedOut: reason === 'timeout',
    aborted: reason === 'abort',
    leftovers,
    startFailure: undefined,
  };
}

type Start =
  | { readonly child: ChildProcess; readonly pid: number }
  | { readonly code: string; readonly message: string };

async function start(command: SupervisedCommand, marker: string, stdio: StdioOptions): Promise<Start> {
  try {
    const child = spawn(command.file, command.args, {
      cwd: command.cwd,
      env: { ...command.env, [PROCESS_MARKER]: marker },
      stdio,
      detached: true,
    });
    // A later 'error' only says that a signal could not be sent; what counts then is whether the process is there.
    const failure = new Promise<NodeJS.ErrnoException>((resolve) => child.on('error', resolve));
    if (child.pid !== undefined) return { child, pid: child.pid };
    return failureOf(await failure);
  } catch (error) {
    return failureOf(error as NodeJS.ErrnoException);
  }
}

function failureOf(error: NodeJS.ErrnoException) {
  return { code: error.code ?? 'UNKNOWN', message: error.message };
}

/** Waits for the end of the output, and for nothing longer than that: what still holds it is killed. */
async function drain(pid: number, marker: string, command: SupervisedCommand, output: OutputReading): Promise<number> {
  const drained = await settlesWithin(output.closed, command.drainMs ?? DRAIN_MS);
  // A child may let go of the output a moment before it ends: that one is no leftover.
  if (drained && (await isGone(pid))) return 0;
  const killed = await terminate(pid, marker, command);
  if (!(await settlesWithin(output.closed, FINAL_DRAIN_MS))) output.stop();
  return killed;
}

async function isGone(group: number): Promise<boolean> {
  for (let tries = GROUP_END_POLLS; sendSignal(-group, 0); tries--) {
    if (tries === 0) return false;
    await delay(POLL_MS);
  }
  return true;
}

async function terminate(pid: number, marker: string, command: SupervisedCommand): Promise<number> {
  const target = {
    fits: (entry: { marker: string | undefined; session: number; group: number }) =>
      entry.marker === marker || entry.session === pid || entry.group === pid,
  };
  // Before anything dies: the children of a dead process are no longer known as its descendants.
  const known = await findProcesses(target);
  sendSignal(-pid, 'SIGTERM');
  for (const entry of known) if (entry.group !== pid) sendSignal(entry.pid, 'SIGTERM');
  const until = performance.now() + (command.killGraceMs ?? KILL_GRACE_MS);
  while (known.some(isAlive) && performance.now() < until) await delay(POLL_MS);
  sendSignal(-pid, 'SIGKILL');
  await reap({ ...target, known });
  return known.length;
}

function isAlive(known: KnownProcess): boolean {
  return readEntry(known.pid)?.startTime === known.startTime;
}

async function settlesWithin(promise: Promise<unknown>, milliseconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds);
  });
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
