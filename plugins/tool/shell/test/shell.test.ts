import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createToolContext } from '@forge/testkit/fakes';
import type { ToolCommand } from '@forge/plugin-api';
import { expect, onTestFinished, test } from 'vitest';
import { shell } from '../src/shell.ts';

function workspace(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'forge-shell-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const run = async (command: string, timeoutSeconds?: number) => {
  const context = createToolContext({ workspace: workspace() });
  const output = await shell.execute({ command, timeoutSeconds }, context);
  return shell.render?.(output);
};

test.each<[string, string, string]>([
  ['what worked', 'echo one; echo two >&2', 'one\ntwo\n[exit code 0]'],
  ['what failed', 'echo no; exit 3', 'no\n[exit code 3]'],
  ['silence', 'true', '[exit code 0]'],
  ['a last line without an end', 'printf x', 'x\n[exit code 0]'],
  ['an unknown command', 'nowhere-to-be-found 2>/dev/null', '[exit code 127]'],
  ['a signal', 'kill -9 $$', '[ended by SIGKILL]'],
  ['pipes and variables', 'x=5; echo $x | cat', '5\n[exit code 0]'],
])('shows %s', async (_name, command, shown) => {
  expect(await run(command)).toBe(shown);
});

test('runs in the workspace, without input', async () => {
  const folder = workspace();
  const context = createToolContext({ workspace: folder });
  const { output } = await shell.execute({ command: 'pwd; cat; echo made > file' }, context);
  expect(output).toBe(`${folder}\n`);
  expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('made\n');
});

test('stops at the time limit, with everything it started', async () => {
  const folder = workspace();
  const context = createToolContext({ workspace: folder });
  const command = 'echo begun; (sleep 30; touch late) & sleep 30';
  const output = await shell.execute({ command, timeoutSeconds: 1 }, context);
  expect(shell.render?.(output)).toBe('begun\n[stopped after 1 s]');
  expect(existsSync(join(folder, 'late'))).toBe(false);
});

test.each([
  [undefined, 120_000],
  [5, 5000],
  [0, 1000],
  [100_000, 600_000],
])('a limit of %s seconds is %i milliseconds', async (timeoutSeconds, timeoutMs) => {
  const commands: ToolCommand[] = [];
  const context = createToolContext({
    workspace: tmpdir(),
    exec: async (command) => {
      commands.push(command);
      return {
        exitCode: 0,
        timedOut: false,
        output: '',
        truncated: false,
        totalBytes: 0,
        outputHash: '',
        durationMs: 0,
      };
    },
  });
  await shell.execute({ command: 'true', timeoutSeconds }, context);
  expect(commands).toEqual([{ file: 'sh', args: ['-c', 'true'], timeoutMs }]);
  expect(shell.timeoutMs).toBeGreaterThan(600_000);
});

test('is described by the first line of its command', () => {
  expect(shell.describe?.({ command: '\nnpm test -- limit\necho' })).toBe('npm test -- limit');
  expect(shell.describe?.({ command: 'x'.repeat(500) })).toHaveLength(80);
});

test('touches nothing with a line that only reads, and may touch anything with any other', () => {
  expect(shell.touches?.({ command: 'ls src | head' })).toEqual([]);
  expect(shell.touches?.({ command: 'npm test' })).toBeUndefined();
});
