import { spawn } from 'node:child_process';
import type { Duplex } from 'node:stream';
import type { WorkerCommand } from '@forge/plugin-api';

export interface WorkerEnd {
  /** In words: the exit code, the signal, or why it never started. */
  readonly how: string;
  /** The end of what it wrote for people. */
  readonly lastWords: string;
}

export interface WorkerProcess {
  /** The line on which the protocol is spoken. */
  readonly stream: Duplex;
  readonly ended: Promise<WorkerEnd>;
  kill(): void;
}

/** Characters of the last words that are kept. */
const kept = 2_000;

/**
 * Starts a worker. The protocol has a line of its own, number 3, so that nothing which an agent prints can disturb it;
 * what is printed goes to `onText`. In a session of its own: Ctrl-C in the terminal is the orchestrator's business.
 */
export function startWorker(command: WorkerCommand, onText: (text: string) => void): WorkerProcess {
  const { file, args, cwd, env } = command;
  const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe', 'pipe'], detached: true });
  let lastWords = '';
  for (const output of [child.stdout, child.stderr]) {
    output?.setEncoding('utf8').on('data', (text: string) => {
      lastWords = (lastWords + text).slice(-kept);
      onText(text.trimEnd());
    });
  }
  const ended = new Promise<WorkerEnd>((resolve) => {
    child.on('error', (error) => resolve({ how: `it could not be started: ${error.message}`, lastWords: '' }));
    child.on('exit', (code, signal) => {
      const how = signal === null ? `it ended with exit code ${code}` : `it was ended by ${signal}`;
      resolve({ how, lastWords: lastWords.trim() });
    });
  });
  return { stream: child.stdio[3] as Duplex, ended, kill: () => void child.kill('SIGKILL') };
}
