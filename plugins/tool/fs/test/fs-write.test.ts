import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { project } from './project.ts';

test.each<[string, string, string]>([
  ['a new file in new folders', 'src/new/a.ts', 'created src/new/a.ts (2 lines)'],
  ['a file that is there', 'old.ts', 'replaced old.ts (2 lines)'],
])('writes %s', async (_name, path, report) => {
  const here = project({ 'old.ts': 'old' });
  expect(await here.call('fs_write', { path, content: 'a\nb' })).toBe(report);
  expect(readFileSync(join(here.path, path), 'utf8')).toBe('a\nb');
});

test('counts lines as a person would', async () => {
  const here = project();
  for (const [content, count] of [
    ['', '0 lines'],
    ['a', '1 line'],
    ['a\n', '1 line'],
    ['a\n\n', '2 lines'],
  ]) {
    expect(await here.call('fs_write', { path: 'a', content })).toContain(`(${count})`);
  }
});

test('what stands in the way is named', async () => {
  const here = project({ file: '', 'folder/x': '' });
  await expect(here.call('fs_write', { path: 'file/x', content: '' })).rejects.toMatchObject({
    code: 'FILE_NOT_FOUND',
  });
  await expect(here.call('fs_write', { path: 'folder', content: '' })).rejects.toMatchObject({ code: 'TOOL_FAILED' });
});
