import { spawn } from 'node:child_process';
import { type ErrorCode, forgeError } from '@forge/plugin-api';

export interface ProgramCall {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

export interface ProgramEnd {
  /** Undefined when a signal ended it. */
  readonly code: number | undefined;
  readonly stdout: string;
  /** The last that it wrote to stderr, or to stdout where there is none. */
  readonly lastWords: string;
}

/** Kept of what it writes to stderr, in characters. */
const keptWords = 2_000;

/** Runs a program to its end, whatever that is. Rejects with the given code when it cannot be started. */
export function runToItsEnd(
  { file, args, cwd, env, signal }: ProgramCall,
  code: ErrorCode = 'COMMAND_NOT_FOUND',
): Promise<ProgramEnd> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, env: { ...env }, signal, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let words = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (words = `${words}${text}`.slice(-keptWords)));
    child.on('error', (error) => {
      // What is to end is waited for: nothing of it happens afterwards.
      if (!signal.aborted || child.pid === undefined) reject(failure(code, { file, args, cwd }, error.message, error));
    });
    child.on('close', (exit) => {
      if (signal.aborted) reject(signal.reason as Error);
      else resolve({ code: exit ?? undefined, stdout, lastWords: words.trim() || stdout.trim().slice(-keptWords) });
    });
  });
}

/** Runs a program to its end and gives what it wrote to stdout. Rejects with INSTALL_FAILED and its last words. */
export async function runProgram(call: ProgramCall, code: ErrorCode = 'INSTALL_FAILED'): Promise<string> {
  const end = await runToItsEnd(call, code);
  if (end.code === 0) return end.stdout;
  throw failure(code, call, end.lastWords || `exit code ${end.code ?? 'unknown'}`);
}

function failure(
  code: ErrorCode,
  { file, args, cwd }: Pick<ProgramCall, 'file' | 'args' | 'cwd'>,
  why: string,
  cause?: unknown,
) {
  return forgeError(code, `${file} ${args[0]} failed`, { where: cwd, why, cause });
}
