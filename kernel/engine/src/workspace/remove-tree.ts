import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { lstat } from 'node:fs/promises';

/**
 * Removes a folder and all that is in it; links are removed, not followed. `rm` does it some times faster than Node and
 * off the event loop. What made itself read-only (Go's module cache does) is made writable first.
 */
export async function removeTree(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return;
  if ((await exitCodeOf('rm', ['-rf', '--', path])) === 0) return;
  await exitCodeOf('chmod', ['-R', 'u+rwX', '--', path]);
  const exitCode = await exitCodeOf('rm', ['-rf', '--', path]);
  if (exitCode !== 0) throw new Error(`rm -rf ${path} ended with exit code ${exitCode}`);
}

async function exitCodeOf(file: string, args: readonly string[]): Promise<number | null> {
  const child = spawn(file, args, { stdio: 'ignore' });
  const [exitCode] = (await once(child, 'exit')) as [number | null];
  return exitCode;
}
