import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folderBytes, formatBytes } from '../../src/state/disk-space.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [9_960, '10 kB'],
  [999_600, '1.0 MB'],
  [1_540_000, '1.5 MB'],
  [2_000_000_000, '2.0 GB'],
])('%i bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test('a folder is as large as the files in it, and a link is not followed', async () => {
  const folder = temporaryFolder({ 'a.txt': '1234567', 'deep/er/b.txt': '123' });
  expect(await folderBytes(folder)).toBe(10);
  symlinkSync(folder, join(folder, 'deep', 'round'));
  expect(await folderBytes(folder)).toBe(10 + Buffer.byteLength(folder));
  expect(await folderBytes(join(folder, 'nothing'))).toBe(0);
});
