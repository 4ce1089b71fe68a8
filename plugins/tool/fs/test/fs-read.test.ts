import { closeSync, ftruncateSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createToolContext } from '@forge/testkit/fakes';
import { expect, test } from 'vitest';
import { fsRead } from '../src/fs-read.ts';
import { project } from './project.ts';

const numbers = (count: number) => Array.from({ length: count }, (_, index) => `line ${index + 1}`).join('\n');

test.each<[string, string | Uint8Array, object, string]>([
  ['a file', 'one\ntwo\n', {}, '1\tone\n2\ttwo'],
  ['a file without a last line end', 'one\ntwo', {}, '1\tone\n2\ttwo'],
  ['empty lines', '\n\na\n', {}, '1\t\n2\t\n3\ta'],
  ['an empty file', '', {}, '[empty file]'],
  [
    'a range',
    numbers(9),
    { startLine: 3, endLine: 4 },
    '3\tline 3\n4\tline 4\n[lines 3-4 of 9; go on with startLine 5]',
  ],
  ['the end', numbers(9), { startLine: 8 }, '8\tline 8\n9\tline 9\n[lines 8-9 of 9]'],
  ['a range that goes too far', numbers(2), { startLine: 2, endLine: 99 }, '2\tline 2\n[lines 2-2 of 2]'],
  ['a range from nowhere', 'a\n', { startLine: -5 }, '1\ta'],
  ['CRLF', 'one\r\ntwo\r\n', {}, '1\tone\n2\ttwo\n[lines end with CRLF; fs_edit keeps that]'],
  ['a byte order mark', '\ufeffone', {}, '1\tone'],
  [
    'bad UTF-8',
    Uint8Array.of(0x61, 0xff, 0x62),
    {},
    '1\ta\ufffdb\n[not UTF-8: what could not be read is shown as \ufffd]',
  ],
])('shows %s', async (_name, content, range, shown) => {
  const here = project({ 'file.txt': content });
  expect(await here.call('fs_read', { path: 'file.txt', ...range })).toBe(shown);
});

test.each<[string, object, string, string]>([
  [
    'a missing file',
    { path: 'src/limti.ts' },
    'FILE_NOT_FOUND',
    'src/limti.ts does not exist; did you mean src/limit.ts?',
  ],
  ['a missing folder', { path: 'scr/limit.ts' }, 'FILE_NOT_FOUND', 'scr/limit.ts does not exist; did you mean src?'],
  ['a file taken for a folder', { path: 'src/limit.ts/x' }, 'FILE_NOT_FOUND', 'not a folder'],
  ['a folder', { path: 'src' }, 'TOOL_FAILED', 'src is a folder: use fs_list'],
  ['a binary file', { path: 'picture.png' }, 'TOOL_FAILED', 'picture.png is a binary file (9 bytes)'],
  ['lines that are not there', { path: 'src/limit.ts', startLine: 50 }, 'INPUT_INVALID', 'it has 1'],
])('refuses %s', async (_name, input, code, words) => {
  const here = project({ 'src/limit.ts': 'x\n', 'picture.png': Buffer.from('\x89PNG\r\n\0\0\0', 'latin1') });
  const refusal = await here.call('fs_read', input).then(String, (error: unknown) => error as Error);
  expect(refusal).toMatchObject({ code, message: expect.stringContaining(words) });
});

test('shows a long file in parts, and all of it in the end', async () => {
  const here = project({ 'long.txt': numbers(5000) });
  const lines: string[] = [];
  for (let startLine = 1; startLine <= 5000; ) {
    const rows = (await here.call('fs_read', { path: 'long.txt', startLine })).split('\n');
    const note = rows.pop() as string;
    expect(note).toContain(`of 5000`);
    lines.push(...rows);
    startLine += rows.length;
    expect(rows.length).toBeGreaterThan(500);
  }
  expect(lines.map((line) => line.split('\t')[1]).join('\n')).toBe(numbers(5000));
});

test('cuts a line without end and says so', async () => {
  const here = project({ 'min.js': 'x'.repeat(500_000) });
  const shown = await here.call('fs_read', { path: 'min.js' });
  expect(shown.length).toBeLessThan(3000);
  expect(shown).toContain('[498000 more characters]');
});

test('finds lines deep in a file of 200 MB without holding it', async () => {
  const here = project({ 'huge.log': '' });
  const file = openSync(join(here.path, 'huge.log'), 'w');
  const megabyte = Buffer.from('0123456789abcde\n'.repeat(65_536));
  for (let count = 0; count < 200; count++) writeSync(file, megabyte);
  closeSync(file);
  const before = process.memoryUsage().rss;
  const shown = await here.call('fs_read', { path: 'huge.log', startLine: 13_000_000, endLine: 13_000_001 });
  expect(shown).toMatch(
    /^13000000\t0123456789abcde\n13000001\t0123456789abcde\n\[lines 13000000-13000001 of huge.log \(209\.7 MB\); go on/,
  );
  expect(process.memoryUsage().rss - before).toBeLessThan(50_000_000);
  await expect(here.call('fs_read', { path: 'huge.log', startLine: 14_000_000 })).rejects.toMatchObject({
    code: 'INPUT_INVALID',
  });
});

test('a sparse file of a terabyte is binary, and nobody reads it to its end', async () => {
  const here = project();
  const file = openSync(join(here.path, 'sparse'), 'w');
  ftruncateSync(file, 2 ** 40);
  closeSync(file);
  await expect(here.call('fs_read', { path: 'sparse' })).rejects.toMatchObject({ code: 'TOOL_FAILED' });
});

test('ends in the middle of a large file when the call is aborted', async () => {
  const here = project({ 'huge.log': 'x\n'.repeat(2_000_000) });
  const abort = new AbortController();
  const context = createToolContext({ workspace: here.path, signal: abort.signal });
  const reading = fsRead.execute({ path: 'huge.log', startLine: 1_999_999 }, context);
  abort.abort(new Error('stopped'));
  await expect(reading).rejects.toThrow('stopped');
});

test('names with odd letters', async () => {
  const here = project({ 'a b/ü 😀/‮.txt': 'odd', ' ': 'space', '-n': 'dash' });
  mkdirSync(join(here.path, 'line\nbreak'));
  expect(await here.call('fs_read', { path: 'a b/ü 😀/‮.txt' })).toBe('1\todd');
  expect(await here.call('fs_read', { path: ' ' })).toBe('1\tspace');
  expect(await here.call('fs_read', { path: '-n' })).toBe('1\tdash');
  expect(await here.call('fs_list', {})).toBe(' \n-n\na b/\n"line\\nbreak"/');
});
