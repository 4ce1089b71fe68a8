import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { project } from './project.ts';

const files = {
  '.gitignore': 'node_modules/\n/dist\n*.tmp\n',
  '.github/ci.yml': '',
  'readme.md': '',
  'src/a.ts': '',
  'src/a.test.ts': '',
  'src/inner/.gitignore': '!wanted.tmp\n/own\n',
  'src/inner/b.tsx': '',
  'src/inner/wanted.tmp': '',
  'src/inner/own': '',
  'src/x.tmp': '',
  'src/dist/c.ts': '',
  'dist/out.ts': '',
  'node_modules/lib/index.ts': '',
};

test.each<[string, object, string]>([
  ['everything', { pattern: '**/*.ts' }, 'src/a.test.ts\nsrc/a.ts\nsrc/dist/c.ts'],
  ['one folder', { pattern: 'src/*.ts' }, 'src/a.test.ts\nsrc/a.ts'],
  ['names at any depth', { pattern: 'b.*' }, 'src/inner/b.tsx'],
  ['alternatives', { pattern: '**/*.{tsx,md}' }, 'readme.md\nsrc/inner/b.tsx'],
  ['dots', { pattern: '**/*.yml' }, '.github/ci.yml'],
  ['below a path', { pattern: '*.ts', path: 'src' }, 'src/a.test.ts\nsrc/a.ts\nsrc/dist/c.ts'],
  [
    'relative to a path',
    { pattern: 'inner/*', path: 'src' },
    'src/inner/.gitignore\nsrc/inner/b.tsx\nsrc/inner/wanted.tmp',
  ],
  ['one name', { pattern: 'src/a.ts' }, 'src/a.ts'],
  ['a leading ./', { pattern: './src/a.ts' }, 'src/a.ts'],
  ['ignored files that are named', { pattern: 'node_modules/lib/*.ts' }, 'node_modules/lib/index.ts'],
  ['what is un-ignored deeper', { pattern: '**/*.tmp' }, 'src/inner/wanted.tmp'],
  ['nothing', { pattern: '**/*.rs' }, 'no file matches'],
  ['nothing in a missing folder', { pattern: 'lib/**' }, 'no file matches'],
])('finds %s', async (_name, input, found) => {
  expect(await project(files).call('fs_glob', input)).toBe(found);
});

test('follows no link', async () => {
  const here = project(files);
  symlinkSync(here.outside, join(here.path, 'away'));
  symlinkSync('.', join(here.path, 'round'));
  expect(await here.call('fs_glob', { pattern: '**/*.{txt,md}' })).toBe('readme.md');
});

test.each(['../*', '/etc/*', 'src/../../*', '~/*', '.git/*'])('%s is refused', async (pattern) => {
  await expect(project(files).call('fs_glob', { pattern })).rejects.toMatchObject({ code: 'PATH_OUTSIDE_WORKSPACE' });
});

test('shows no more than 300, and says so', async () => {
  const here = project(Object.fromEntries(Array.from({ length: 700 }, (_, index) => [`f${1000 + index}.ts`, ''])));
  const rows = (await here.call('fs_glob', { pattern: '*.ts' })).split('\n');
  expect(rows.slice(-2)).toEqual(['f1299.ts', '[more than 300 match: narrow the pattern]']);
});

test('a pattern that takes for ever is stopped', async () => {
  const here = project({ ['a'.repeat(200)]: '' });
  await expect(here.call('fs_glob', { pattern: `${'*a'.repeat(20)}*b` })).rejects.toMatchObject({
    code: 'INPUT_INVALID',
    message: 'This pattern (or one in .gitignore) takes too long; make it simpler',
  });
});

test('no .gitignore takes for ever', async () => {
  const hostile = ['*a'.repeat(30), '*?'.repeat(30), '**/'.repeat(30), '*[ab]'.repeat(30)].map((each) => `${each}*c`);
  const here = project({ '.gitignore': hostile.join('\n'), [`${'a'.repeat(200)}/${'a/'.repeat(30)}b`]: '' });
  expect(await here.call('fs_glob', { pattern: 'b' })).toMatch(/\/b$/);
});
