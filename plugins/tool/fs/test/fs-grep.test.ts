import { chmodSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { project } from './project.ts';

const files = {
  '.gitignore': 'dist\n',
  'src/a.ts': 'const limit = 5;\nconst other = 1;\n// Limit\n',
  'src/b.js': 'limit(3)\r\nend\r\n',
  'docs/a.md': 'The limit.\n\nEnd of limit',
  'dist/a.js': 'limit\n',
  'binary.dat': 'limit\0limit\n',
};

test.each<[string, object, string]>([
  [
    'a word',
    { pattern: 'limit' },
    'docs/a.md:1:The limit.\ndocs/a.md:3:End of limit\nsrc/a.ts:1:const limit = 5;\nsrc/b.js:1:limit(3)',
  ],
  ['a word in one file', { pattern: 'limit', path: 'src/a.ts' }, 'src/a.ts:1:const limit = 5;'],
  ['a word below a folder', { pattern: 'limit', path: 'src' }, 'src/a.ts:1:const limit = 5;\nsrc/b.js:1:limit(3)'],
  ['a word in some files', { pattern: 'limit', glob: '*.ts' }, 'src/a.ts:1:const limit = 5;'],
  ['a word in files by path', { pattern: 'limit', glob: 'src/*.js' }, 'src/b.js:1:limit(3)'],
  [
    'in any case',
    { pattern: 'LIMIT', path: 'src/a.ts', ignoreCase: true },
    'src/a.ts:1:const limit = 5;\nsrc/a.ts:3:// Limit',
  ],
  ['in any case, as others write it', { pattern: '(?i)// limit' }, 'src/a.ts:3:// Limit'],
  ['classes', { pattern: '\\d\\)$' }, 'src/b.js:1:limit(3)'],
  ['the start of a line', { pattern: '^end' }, 'src/b.js:2:end'],
  ['what does not follow', { pattern: 'limit(?!\\()', path: 'src' }, 'src/a.ts:1:const limit = 5;'],
  ['the end of a line, seen from behind', { pattern: 'limit\\.(?!.)' }, 'docs/a.md:1:The limit.'],
  ['empty lines', { pattern: '^$' }, 'docs/a.md:2:'],
  ['letters by property', { pattern: '^\\p{Lu}\\w+ of' }, 'docs/a.md:3:End of limit'],
  ['nothing', { pattern: 'nowhere' }, 'no line matches'],
  ['nothing across lines', { pattern: '5;\\s+const' }, 'no line matches'],
  ['ignored files that are named', { pattern: 'limit', path: 'dist' }, 'dist/a.js:1:limit'],
])('finds %s', async (_name, input, found) => {
  expect(await project(files).call('fs_grep', input)).toBe(found);
});

test('an expression that is none', async () => {
  await expect(project(files).call('fs_grep', { pattern: 'limit(' })).rejects.toMatchObject({
    code: 'INPUT_INVALID',
    message: expect.stringContaining('Unterminated group'),
  });
});

test('an expression that takes for ever is stopped, and the next call works', async () => {
  const here = project({ 'a.txt': `${'a'.repeat(60)}!\n` });
  await expect(here.call('fs_grep', { pattern: '^(a+)+$' })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  expect(await here.call('fs_grep', { pattern: '^a+!$' })).toMatch(/^a\.txt:1:a+!$/);
});

test('shows no more than 200 lines, and long lines around the match', async () => {
  const here = project({
    'many.txt': 'match\n'.repeat(5000),
    'one/min.js': `${'x'.repeat(5000)}here${'y'.repeat(5000)}`,
  });
  const rows = (await here.call('fs_grep', { pattern: 'match' })).split('\n');
  expect(rows).toHaveLength(201);
  expect(rows.at(-1)).toBe('[more lines match: narrow the pattern, the path or the glob]');
  const row = await here.call('fs_grep', { pattern: 'here', path: 'one' });
  expect(row).toMatch(/^one\/min\.js:1:…x+herey+…$/);
  expect(row.length).toBeLessThan(300);
});

test('says what it did not search, and follows no link', async () => {
  const here = project({ 'large.txt': `${'x'.repeat(4_000_001)}\nfind me`, 'secret.txt': 'find me' });
  symlinkSync('../outside/secret.txt', join(here.path, 'link.txt'));
  symlinkSync('secret.txt', join(here.path, 'inside.txt'));
  expect(await here.call('fs_grep', { pattern: 'find me|canary' })).toBe(
    'secret.txt:1:find me\n[1 files over 4.0 MB not searched]',
  );
});

test.skipIf(process.getuid?.() === 0)('says what it could not read', async () => {
  const here = project({ 'closed.txt': 'find me' });
  chmodSync(join(here.path, 'closed.txt'), 0);
  expect(await here.call('fs_grep', { pattern: 'find me' })).toContain('[1 files could not be read]');
});
