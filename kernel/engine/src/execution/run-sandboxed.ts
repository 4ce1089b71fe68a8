import { forgeError, type CommandResult, type ToolCommand } from '@forge/plugin-api';
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

/** Runs a command as tools and tests may: in the sandbox, with the least environment, ended with all its children. */
export async function runSandboxed(run: Run, command: SandboxedCommand): Promise<CommandResult> {
  const { file, args, cwd, env, workspace, marker, signal, stdin, timeoutMs = defaultTimeoutMs } = command;
  const { keptBytes = defaultKeptBytes } = command;
  const { sandbox } = run.sandbox;
  const network = command.network ?? run.sandbox.network;
  const place = command.place ?? (await run.processes.privatePlace());
  const wrapped = sandbox.wrap(
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
  const result = await run.processes.runner.run({
    ...wrapped,
    timeoutMs,
    signal,
    marker,
    output: { headBytes: keptBytes, tailBytes: keptBytes },
  });
  if (result.aborted) throw signal.reason;
  if (result.startFailure !== undefined) {
    throw forgeError('COMMAND_NOT_FOUND', `${file} could not be started: ${result.startFailure.message}`, {
      fix: `install ${file}, or name another command`,
    });
  }
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
