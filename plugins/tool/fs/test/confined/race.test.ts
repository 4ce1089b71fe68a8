import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { project } from '../project.ts';

const swapper = fileURLToPath(new URL('swapper.ts', import.meta.url));
const rounds = 1500;

test('while a process swaps a folder for a link outside, every call stays inside', async () => {
  const here = project({ 'folder/secret.txt': 'inside one\n', 'folder/deep/other.txt': 'inside two\n' });
  const child = fork(swapper, [here.path, here.outside], { execArgv: [] });
  onTestFinished(() => void child.kill('SIGKILL'));
  expect(await Promise.race([once(child, 'message'), once(child, 'exit')])).toEqual(['ready', undefined]);

  const calls = [
    ['fs_read', { path: 'folder/secret.txt' }],
    ['fs_write', { path: 'folder/written.txt', content: 'written' }],
    ['fs_write', { path: 'folder/new/written.txt', content: 'written' }],
    ['fs_edit', { path: 'folder/secret.txt', edits: [{ old: 'inside', new: 'inside ', all: true }] }],
    ['fs_list', { path: 'folder' }],
    ['fs_glob', { pattern: '**/*.txt' }],
    ['fs_grep', { pattern: 'inside|canary' }],
  ] as const;
  const outputs: string[] = [];
  let worked = 0;
  for (let round = 0; round < rounds; round++) {
    const [tool, input] = calls[round % calls.length] as (typeof calls)[number];
    try {
      outputs.push(await here.call(tool, input));
      worked++;
    } catch (error) {
      outputs.push((error as Error).message);
    }
    await nextTurn();
  }
  expect(child.exitCode).toBeNull();
  child.kill('SIGKILL');
  await once(child, 'exit');

  expect(outputs.filter((text) => text.includes('canary'))).toEqual([]);
  expect(readdirSync(here.outside)).toEqual(['secret.txt']);
  expect(readFileSync(join(here.outside, 'secret.txt'), 'utf8')).toBe('canary\n');
  // Some calls came between two swaps, others were in the middle of one: both were tried.
  expect(worked).toBeGreaterThan(rounds / 100);
  expect(worked).toBeLessThan(rounds);
});
