import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CommandFixture, commandFixture, MiB } from './command-fixture.ts';

let fixture: CommandFixture;
beforeEach(() => {
  fixture = commandFixture();
});
afterEach(() => fixture.remove());

describe('runCommand', () => {
  it('answers exit code, output and duration', async () => {
    const result = await fixture.shell('echo out; echo err >&2; exit 3');
    expect(result).toMatchObject({
      exitCode: 3,
      signal: undefined,
      timedOut: false,
      aborted: false,
      leftovers: 0,
      output: { text: 'out\nerr\n', truncated: false, totalBytes: 8 },
    });
    expect(result.output.sha256).toBe(createHash('sha256').update('out\nerr\n').digest('hex'));
    expect(result.durationMs).toBeGreaterThan(0);
  });

  it('keeps stdout and stderr in the order of writing', async () => {
    const script = 'i=0; while [ $i -lt 200 ]; do echo o$i; echo e$i >&2; i=$((i+1)); done';
    const expected = Array.from({ length: 200 }, (_, i) => `o${i}\ne${i}\n`).join('');
    expect((await fixture.shell(script)).output.text).toBe(expected);
  });

  it('lets a command open /dev/stdout and /dev/stderr, which fails on a socket', async () => {
    const result = await fixture.shell(
      'echo a > /dev/stderr; echo b > /dev/stdout; echo c | tee /dev/stderr >/dev/null',
    );
    expect(result.output.text).toBe('a\nb\nc\n');
  });

  it('gives stdin, and an empty one by default', async () => {
    expect((await fixture.shell('cat /dev/stdin', { stdin: 'grüße\0' })).output.text).toBe('grüße␀');
    expect((await fixture.shell('cat')).output.text).toBe('');
  });

  it('gives only the environment it was given, and the marker', async () => {
    const result = await fixture.shell('env | grep -v -e ^PWD= -e ^_= -e ^SHLVL= | sort', {
      env: { A: '1', PATH: '/usr/bin:/bin' },
    });
    expect(result.output.text.replace(/#[\d.]+$/m, '')).toBe(
      `A=1\nFORGE_PROCESS=${fixture.marker}\nPATH=/usr/bin:/bin\n`,
    );
  });

  const STARTS_THAT_FAIL = [
    { name: 'no such program', change: { file: '/no/such/program' }, code: 'ENOENT' },
    { name: 'no such folder', change: { cwd: '/no/such/folder' }, code: 'ENOENT' },
    { name: 'a folder as program', change: { file: '/usr' }, code: 'EACCES' },
    { name: 'NUL in an argument', change: { args: ['-c', 'echo\0'] }, code: 'ERR_INVALID_ARG_VALUE' },
    { name: 'arguments too long', change: { args: ['-c', 'x'.repeat(4 * MiB)] }, code: 'E2BIG' },
  ];
  it.each(STARTS_THAT_FAIL)('says why nothing started: $name', async ({ change, code }) => {
    const before = openFiles();
    const result = await fixture.shell('true', change);
    expect(result).toMatchObject({ exitCode: undefined, startFailure: { code }, output: { text: '' } });
    expect(openFiles()).toBe(before);
  });

  it('runs many at once without mixing their output, and keeps no file open', async () => {
    await fixture.shell('true');
    const before = openFiles();
    const results = await Promise.all(Array.from({ length: 40 }, (_, i) => fixture.shell(`echo ${i}; exit ${i}`)));
    expect(results.map((result) => [result.exitCode, result.output.text])).toEqual(
      Array.from({ length: 40 }, (_, i) => [i, `${i}\n`]),
    );
    expect(openFiles()).toBe(before);
  });

  it('does not start when it is already aborted', async () => {
    const result = await fixture.shell('touch started', { signal: AbortSignal.abort() });
    expect(result).toMatchObject({ exitCode: undefined, aborted: true });
    expect(existsSync(join(fixture.directory, 'started'))).toBe(false);
  });

  it('streams the raw bytes into a file and reports its hash', async () => {
    const path = join(fixture.directory, 'blob');
    const result = await fixture.shell("printf 'a\\000\\377b'", {
      output: { headBytes: 10, tailBytes: 10, blobFile: { path, maxBytes: 100 } },
    });
    const raw = Buffer.from([0x61, 0, 0xff, 0x62]);
    expect(readFileSync(path)).toEqual(raw);
    expect(result.output.blob).toEqual({ path, bytes: 4, complete: true, sha256: result.output.sha256 });
    expect(result.output.text).toBe('a␀\ufffdb');
  });

  it('stops writing the file at its limit, and says so', async () => {
    const path = join(fixture.directory, 'blob');
    const result = await fixture.shell(`head -c ${3 * MiB} /dev/zero`, {
      output: { headBytes: 10, tailBytes: 10, blobFile: { path, maxBytes: MiB } },
    });
    expect(result.output).toMatchObject({ totalBytes: 3 * MiB, blob: { bytes: MiB, complete: false } });
    expect(readFileSync(path)).toEqual(Buffer.alloc(MiB));
  });

  it('rejects when the file cannot be written, after the command has ended', async () => {
    const path = join(fixture.directory, 'taken');
    writeFileSync(path, '');
    chmodSync(path, 0o400);
    const run = fixture.shell('echo x', { output: { headBytes: 10, tailBytes: 10, blobFile: { path, maxBytes: 9 } } });
    await expect(run).rejects.toMatchObject({ code: 'EEXIST' });
  });
});

function openFiles(): number {
  return readdirSync('/proc/self/fd').length;
}
