import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { project } from './project.ts';

test('carries out several edits, all or none', async () => {
  const here = project({ 'a.ts': 'one\ntwo\nthree\n' });
  const content = () => readFileSync(join(here.path, 'a.ts'), 'utf8');
  const [good, bad] = [
    { old: 'two', new: '2' },
    { old: 'four', new: '4' },
  ];
  await expect(here.call('fs_edit', { path: 'a.ts', edits: [good, bad] })).rejects.toMatchObject({
    code: 'EDIT_NOT_UNIQUE',
  });
  expect(content()).toBe('one\ntwo\nthree\n');
  expect(await here.call('fs_edit', { path: 'a.ts', edits: [good, { old: 'one', new: '1' }] })).toBe(
    'edited a.ts at lines 2, 1',
  );
  expect(content()).toBe('1\n2\nthree\n');
});

test.each<[string, Uint8Array]>([
  ['bad UTF-8', Uint8Array.of(0x61, 0xff, 0x62)],
  ['NUL', Uint8Array.of(0x61, 0x00, 0x62)],
])('leaves a file with %s as it is', async (_name, bytes) => {
  const here = project({ 'a.bin': bytes });
  await expect(here.call('fs_edit', { path: 'a.bin', edits: [{ old: 'a', new: 'c' }] })).rejects.toMatchObject({
    code: 'TOOL_FAILED',
  });
  expect(new Uint8Array(readFileSync(join(here.path, 'a.bin')))).toEqual(bytes);
});
