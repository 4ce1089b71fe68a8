import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

export interface Child {
  readonly process: ChildProcess;
  /** Resolves with the lines printed, once it has ended. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; lines: string[]; errors: string }>;
  /** Resolves when the child has printed that many lines. */
  printed(count: number): Promise<void>;
}

/** Starts one of the programs beside the tests, in a process of its own, because it may be killed or kill itself. */
export function startChild(program: string, args: readonly string[]): Child {
  const path = fileURLToPath(new URL(program, import.meta.url));
  const child = spawn(process.execPath, ['--conditions=@forge/source', '--no-warnings', path, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  let errors = '';
  child.stderr.on('data', (chunk) => (errors += String(chunk)));
  const waiting: { count: number; resolve: () => void }[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => {
    lines.push(line);
    for (const waiter of waiting) if (lines.length >= waiter.count) waiter.resolve();
  });
  const ended = new Promise<Awaited<Child['ended']>>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, lines, errors }));
  });
  const printed = (count: number) =>
    new Promise<void>((resolve, reject) => {
      if (lines.length >= count) resolve();
      waiting.push({ count, resolve });
      void ended.then(() => reject(new Error(`the child ended after ${lines.length} lines: ${errors}`)));
    });
  return { process: child, ended, printed };
}
