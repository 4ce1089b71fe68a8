import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createToolContext } from '../../src/fakes/index.ts';

function workspace(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'forge-context-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const sh = (line: string) => ({ file: 'sh', args: ['-c', line] });

test('commands are real: folder, input, output, exit code, hash', async () => {
  const folder = workspace();
  const { exec } = createToolContext({ workspace: folder });
  const result = await exec({ ...sh('pwd; cat; echo bad >&2; exit 4'), stdin: 'given\n' });
  expect(result).toMatchObject({ exitCode: 4, timedOut: false, truncated: false, totalBytes: result.output.length });
  expect(result.output).toBe(`${folder}\ngiven\nbad\n`);
  expect(result.outputHash).toMatch(/^[0-9a-f]{64}$/);
});

test('the environment has a PATH and nothing else', async () => {
  process.env['FORGE_CANARY'] = 'canary';
  onTestFinished(() => void delete process.env['FORGE_CANARY']);
  const { output } = await createToolContext({ workspace: workspace() }).exec({ file: '/usr/bin/env', args: [] });
  expect(output).toMatch(/^PATH=[^\n]*\n$/);
});

test('a command ends at its time limit, with what it started', async () => {
  const { exec } = createToolContext({ workspace: workspace() });
  const result = await exec({ ...sh('sleep 60 & sleep 60'), timeoutMs: 50 });
  expect(result).toMatchObject({ timedOut: true, signal: 'SIGKILL', exitCode: undefined });
});

test('a command ends when the call is aborted', async () => {
  const abort = new AbortController();
  const reason = new Error('stopped');
  const { exec } = createToolContext({ workspace: workspace(), signal: abort.signal });
  const running = exec(sh('echo ready; sleep 60'));
  abort.abort(reason);
  await expect(running).rejects.toBe(reason);
  await expect(exec(sh('true'))).rejects.toBe(reason);
});

test('a program that is not there is COMMAND_NOT_FOUND', async () => {
  const { exec } = createToolContext({ workspace: workspace() });
  await expect(exec({ file: 'no-such-program', args: [] })).rejects.toMatchObject({ code: 'COMMAND_NOT_FOUND' });
});
