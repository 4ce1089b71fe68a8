import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { project } from './project.ts';

test('lists folders, files and links, but not git, and names what git ignores', async () => {
  const here = project({
    '.gitignore': 'dist\n*.log\n!keep.log\n',
    'src/a.ts': '',
    'a.log': '',
    'keep.log': '',
    'dist/x.js': '',
  });
  symlinkSync('src/a.ts', join(here.path, 'link'));
  expect(await here.call('fs_list', {})).toBe(
    '.gitignore\nkeep.log\nlink -> src/a.ts\nsrc/\n[ignored by git: a.log dist/]',
  );
  expect(await here.call('fs_list', { path: 'src' })).toBe('a.ts');
  expect(await here.call('fs_list', { path: 'dist' })).toBe('x.js');
});

test('an empty folder, a file, a missing one', async () => {
  const here = project({ 'a.ts': '', 'empty/.git/HEAD': '' });
  expect(await here.call('fs_list', { path: 'empty' })).toBe('[empty folder]');
  await expect(here.call('fs_list', { path: 'a.ts' })).rejects.toMatchObject({ code: 'TOOL_FAILED' });
  await expect(here.call('fs_list', { path: 'b' })).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
});

test('a large folder is cut', async () => {
  const here = project(Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`f${1000 + index}`, ''])));
  const rows = (await here.call('fs_list', {})).split('\n');
  expect(rows.slice(-2)).toEqual(['f1499', '[100 more]']);
});
