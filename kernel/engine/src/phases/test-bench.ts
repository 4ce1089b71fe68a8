import { join, posix } from 'node:path';
import { forgeError, type CommandResult, type TestCommand } from '@forge/plugin-api';
import { runSandboxed } from '../execution/run-sandboxed.ts';
import type { PrivatePlace } from '../process/run-processes.ts';
import type { Run } from '../run/run.ts';

/** Where the tests of one commit are run. */
export interface TestBench {
  readonly run: Run;
  readonly commit: string;
  readonly place: PrivatePlace;
  readonly workspace: string;
  readonly marker: string;
  /** Ends the command under way. */
  readonly signal: AbortSignal;
}

/** Kept to read names and counts from, in bytes of its head and of its tail. */
const readBytes = 2_000_000;

export interface BenchOptions {
  readonly network?: 'full';
  readonly env?: Readonly<Record<string, string>>;
}

export async function runOnBench(
  { run, place, workspace, marker, signal }: TestBench,
  { command, directory }: Pick<TestCommand, 'command' | 'directory'>,
  options: BenchOptions = {},
): Promise<CommandResult> {
  const [file, ...args] = command;
  if (file === undefined) throw forgeError('CONFIG_INVALID', 'testing.command is empty');
  return runSandboxed(run, {
    file,
    args,
    cwd: join(workspace, posix.normalize(directory)),
    workspace,
    place,
    marker,
    signal,
    timeoutMs: run.deps.config.testing.timeoutMinutes * 60_000,
    keptBytes: readBytes,
    ...options,
  });
}
