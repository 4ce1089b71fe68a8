import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { Readable, Writable } from 'node:stream';
import {
  type CommandResult,
  forgeError,
  type StartedCommand,
  type StartedProcess,
  type ToolCommand,
  type ToolContext,
} from '@forge/plugin-api';
import { createRecordingLogger } from './recording-logger.ts';

export interface ToolContextOptions extends Partial<ToolContext> {
  readonly workspace: string;
  /** Environment of commands. Default: `PATH` alone, as found. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * What a tool gets, without a kernel: real commands in the workspace, a process group each, but no sandbox. Output is
 * kept whole.
 */
export function createToolContext({ env, ...given }: ToolContextOptions): ToolContext {
  const signal = given.signal ?? new AbortController().signal;
  return {
    idempotencyKey: 'run/execution/1',
    log: createRecordingLogger(),
    spend: () => undefined,
    progress: () => undefined,
    start: (command) => start({ cwd: given.workspace, ...command }, env ?? { PATH: process.env['PATH'] ?? '' }, signal),
    exec: (command) => run({ cwd: given.workspace, ...command }, env ?? { PATH: process.env['PATH'] ?? '' }, signal),
    ...given,
    signal,
  };
}

function run(command: ToolCommand, env: Readonly<Record<string, string>>, signal: AbortSignal): Promise<CommandResult> {
  const { promise, resolve, reject } = Promise.withResolvers<CommandResult>();
  const startedAt = performance.now();
  const { file, args, cwd, stdin, timeoutMs = 120_000 } = command;
  const child = spawn(file, args, { cwd, env, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  const chunks: Buffer[] = [];
  let timedOut = false;
  const end = () => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  };
  const timer = setTimeout(() => {
    timedOut = true;
    end();
  }, timeoutMs);
  const settle = (finish: () => void) => {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
    finish();
  };

  signal.addEventListener('abort', end, { once: true });
  child.stdin.on('error', () => undefined).end(stdin);
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.on('error', (cause) =>
    settle(() => reject(forgeError('COMMAND_NOT_FOUND', `${file} could not be started`, { cause }))),
  );
  child.on('close', (exitCode, killedBy) =>
    settle(() => {
      if (signal.aborted) return reject(signal.reason as Error);
      const bytes = Buffer.concat(chunks);
      resolve({
        exitCode: exitCode ?? undefined,
        signal: killedBy ?? undefined,
        timedOut,
        output: bytes.toString('utf8'),
        truncated: false,
        totalBytes: bytes.length,
        outputHash: createHash('sha256').update(bytes).digest('hex'),
        durationMs: performance.now() - startedAt,
      });
    }),
  );
  return promise;
}

async function start(
  { file, args, cwd, env: more }: StartedCommand,
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<StartedProcess> {
  const startedAt = performance.now();
  const child = spawn(file, args, { cwd, env: { ...env, ...more }, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  const chunks: Buffer[] = [];
  const kill = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  };
  signal.addEventListener('abort', kill, { once: true });
  child.stdin.on('error', () => undefined);
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<CommandResult>((resolve, reject) => {
    child.on('close', (exitCode, killedBy) => {
      signal.removeEventListener('abort', kill);
      if (signal.aborted) return reject(signal.reason as Error);
      const bytes = Buffer.concat(chunks);
      resolve({
        exitCode: exitCode ?? undefined,
        signal: killedBy ?? undefined,
        timedOut: false,
        output: bytes.toString('utf8'),
        truncated: false,
        totalBytes: bytes.length,
        outputHash: createHash('sha256').update(bytes).digest('hex'),
        durationMs: performance.now() - startedAt,
      });
    });
  });
  ended.catch(() => undefined);
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause) => reject(forgeError('COMMAND_NOT_FOUND', `${file} could not be started`, { cause })));
  });
  const stdout = Readable.toWeb(child.stdout) as ReadableStream<Uint8Array>;
  return { stdin: Writable.toWeb(child.stdin), stdout, ended, kill };
}
