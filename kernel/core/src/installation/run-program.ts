import { spawn } from 'node:child_process';
import { forgeError } from '@forge/plugin-api';

export interface ProgramCall {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** Kept of what it writes to stderr, in characters. */
const keptWords = 2_000;

/** Runs a program to its end and gives what it wrote to stdout. Rejects with INSTALL_FAILED and its last words. */
export function runProgram({ file, args, cwd, env, signal }: ProgramCall): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, env: { ...env }, signal, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let words = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (words = `${words}${text}`.slice(-keptWords)));
    const failed = (why: string, cause?: unknown) =>
      forgeError('INSTALL_FAILED', `${file} ${args[0]} failed`, { where: cwd, why, cause });
    child.on('error', (error) => reject(signal.aborted ? (signal.reason as Error) : failed(error.message, error)));
    child.on('close', (code) => {
      if (code === 0) resolve(stdout);
      else reject(failed(words.trim() || stdout.trim().slice(-keptWords) || `exit code ${code}`));
    });
  });
}
