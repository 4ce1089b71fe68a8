import { Readable, Writable } from 'node:stream';
import { forgeError, type CommandResult, type StartedProcess, type ToolCommand } from '@forge/plugin-api';
import type { CommandResult as SupervisedResult } from '../process/run-command.ts';
import type { PrivatePlace } from '../process/run-processes.ts';
import type { Run } from '../run/run.ts';

export interface SandboxedCommand extends Omit<ToolCommand, 'cwd'> {
  readonly cwd: string;
  /** What it may write, beside its private home and temporary folder. */
  readonly workspace: string;
  /** Names the owner of the process tree: `<runId>/<executionId>`. */
  readonly marker: string;
  /** Its home and temporary folder. Default: those that all commands of agents share. */
  readonly place?: PrivatePlace;
  /** Beside the least environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Kept of the output's head and of its tail, in bytes; the rest is counted and hashed. Default 12,000 each. */
  readonly keptBytes?: number;
  readonly signal: AbortSignal;
  /** Default: what configuration says. */
  readonly network?: 'full';
}

/** Milliseconds, where the caller names no limit. */
const defaultTimeoutMs = 120_000;
const defaultKeptBytes = 12_000;

/**
 * What a contribution may say of a command. Nothing else is taken over: one in a process of its own is bound by no type,
 * and would widen its sandbox by a field more.
 */
export function wishesOf({ file, args, stdin, timeoutMs }: ToolCommand): Omit<ToolCommand, 'cwd'> {
  return {
    file,
    args,
    ...(stdin === undefined ? {} : { stdin }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
}

/** Runs a command as tools and tests may: in the sandbox, with the least environment, ended with all its children. */
export async function runSandboxed(run: Run, command: SandboxedCommand): Promise<CommandResult> {
  const { signal, timeoutMs = defaultTimeoutMs } = command;
  const result = await run.processes.runner.run({ ...(await inSandbox(run, command)), timeoutMs });
  if (result.aborted) throw signal.reason;
  if (result.startFailure !== undefined) throw notStarted(command.file, result.startFailure);
  return toolResult(result);
}

/** Starts a program in the same way, to talk with it. It ends when the signal aborts or it is killed. */
export async function startSandboxed(run: Run, command: Omit<SandboxedCommand, 'stdin'>): Promise<StartedProcess> {
  const { signal } = command;
  const killed = new AbortController();
  const { streams, ended } = await run.processes.runner.converse({
    ...(await inSandbox(run, command)),
    signal: AbortSignal.any([signal, killed.signal]),
  });
  const end = ended.then((result) => {
    signal.throwIfAborted();
    return toolResult(result);
  });
  // Who started it may not want to know.
  end.catch(() => undefined);
  if (streams === undefined) {
    signal.throwIfAborted();
    throw notStarted(command.file, (await ended).startFailure ?? { message: 'it has no standard input and output' });
  }
  return {
    stdin: Writable.toWeb(streams.stdin),
    stdout: Readable.toWeb(streams.stdout) as ReadableStream<Uint8Array>,
    ended: end,
    kill: () => killed.abort(),
  };
}

async function inSandbox(run: Run, command: SandboxedCommand) {
  const { file, args, cwd, env, workspace, marker, signal, stdin } = command;
  const { keptBytes = defaultKeptBytes } = command;
  const { sandbox } = run.sandbox;
  const network = command.network ?? run.sandbox.network;
  const place = command.place ?? (await run.processes.privatePlace());
  const wrapped = await sandbox.wrap(
    {
      file,
      args,
      cwd,
      env: { ...run.processes.environment(place), ...env },
      ...(stdin === undefined ? {} : { stdin }),
    },
    {
      writable: [workspace, place.home, place.temporary, ...run.workspaces.writable],
      ...run.processes.visibility,
      network,
    },
  );
  return { ...wrapped, signal, marker, output: { headBytes: keptBytes, tailBytes: keptBytes } };
}

function notStarted(file: string, { message }: { readonly message: string }) {
  return forgeError('COMMAND_NOT_FOUND', `${file} could not be started: ${message}`, {
    fix: `install ${file}, or name another command`,
  });
}

function toolResult(result: SupervisedResult): CommandResult {
  return {
    exitCode: result.exitCode,
    signal: result.signal,
    timedOut: result.timedOut,
    output: result.output.text,
    truncated: result.output.truncated,
    totalBytes: result.output.totalBytes,
    outputHash: result.output.sha256,
    durationMs: result.durationMs,
  };
}
