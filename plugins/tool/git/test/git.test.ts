import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createRepository } from './repository.ts';

function repository() {
  const created = createRepository();
  onTestFinished(created.remove);
  return created;
}

test('shows what changed', async () => {
  const here = repository();
  expect(await here.call('git_status', {})).toBe('## main\n');
  expect(await here.call('git_diff', {})).toBe('no difference');
  here.write({ 'src/a.ts': 'three\n', 'ü.txt': '' });
  expect(await here.call('git_status', {})).toBe('## main\n M src/a.ts\n?? ü.txt\n');
  expect(await here.call('git_diff', {})).toContain('-two\n+three\n');
  expect(await here.call('git_diff', { path: 'ü.txt' })).toBe('no difference');
  expect(await here.call('git_diff', { revision: 'HEAD~1..HEAD', path: 'src' })).toContain('-one\n+two\n');
});

test('shows history', async () => {
  const here = repository();
  expect(await here.call('git_log', {})).toMatch(
    /^[0-9a-f]{7,} 2024-05-06 Ada: fix: go on\n[0-9a-f]{7,} 2024-05-06 Ada: feat: begin\n?$/,
  );
  expect(await here.call('git_log', { count: 1 })).not.toContain('begin');
  expect(await here.call('git_log', { path: 'nothing.ts' })).toBe('no commit');
  expect(await here.call('git_show', { revision: 'HEAD~1:src/a.ts' })).toBe('one\n');
  const commit = await here.call('git_show', { revision: 'HEAD' });
  expect(commit).toContain('fix: go on');
  expect(commit).toContain('-one\n+two\n');
});

test.each<[string, string, object, string]>([
  ['a revision that is none', 'git_log', { revision: 'nowhere' }, 'nowhere'],
  ['an option as revision', 'git_diff', { revision: '--output=stolen' }, 'output'],
  ['an option as revision of a log', 'git_log', { revision: '--exec=touch stolen' }, 'exec'],
  ['a path outside', 'git_diff', { path: '/etc/passwd' }, 'outside repository'],
  ['a path above', 'git_diff', { path: '../x' }, 'outside repository'],
])('%s fails with the words of git', async (_name, tool, input, words) => {
  const here = repository();
  await expect(here.call(tool, input)).rejects.toMatchObject({
    code: 'GIT_FAILED',
    message: expect.stringContaining(words),
  });
  expect(existsSync(join(here.path, 'stolen'))).toBe(false);
});

test('NUL in an argument is refused', async () => {
  await expect(repository().call('git_show', { revision: 'HEAD\0' })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
});

test('runs nothing that the repository names', async () => {
  const here = repository();
  const program = join(here.path, 'program.sh');
  writeFileSync(program, `#!/bin/sh\ntouch ${join(here.path, 'ran')}\ncat\n`);
  chmodSync(program, 0o755);
  here.write({ '.gitattributes': '*.ts diff=evil\n', '.git/hooks/post-index-change': '' });
  for (const setting of [
    'core.fsmonitor',
    'core.pager',
    'pager.diff',
    'diff.external',
    'diff.evil.command',
    'diff.evil.textconv',
    'gpg.program',
  ]) {
    here.git('config', setting, program);
  }
  here.git('config', 'log.showSignature', 'true');
  here.git('config', 'core.hooksPath', here.path);
  const signed = here
    .git('cat-file', 'commit', 'HEAD')
    .replace('\n\n', '\ngpgsig -----BEGIN PGP SIGNATURE-----\n x\n -----END PGP SIGNATURE-----\n\n');
  writeFileSync(join(here.path, 'signed'), signed);
  here.git('update-ref', 'refs/heads/main', here.git('hash-object', '-t', 'commit', '-w', 'signed').trim());
  here.write({ 'src/a.ts': 'changed\n' });

  await here.call('git_status', {});
  await here.call('git_diff', {});
  await here.call('git_diff', { revision: 'HEAD~1..HEAD' });
  await here.call('git_log', {});
  await here.call('git_show', { revision: 'HEAD' });
  expect(existsSync(join(here.path, 'ran'))).toBe(false);

  // The traps are real: git by itself falls into them.
  here.git('show', 'HEAD');
  expect(existsSync(join(here.path, 'ran'))).toBe(true);
});

test('does not enter a repository inside, nor write the index', async () => {
  const here = repository();
  here.git('init', '--quiet', 'inner');
  here.git('-C', 'inner', 'commit', '--quiet', '--allow-empty', '-m', 'x');
  here.git('add', 'inner');
  here.git('-C', 'inner', 'config', 'core.fsmonitor', `touch ${join(here.path, 'ran')}; false`);
  const index = here.git('hash-object', '.git/index');
  await here.call('git_status', {});
  await here.call('git_diff', {});
  expect(existsSync(join(here.path, 'ran'))).toBe(false);
  expect(here.git('hash-object', '.git/index')).toBe(index);

  here.git('status');
  expect(existsSync(join(here.path, 'ran'))).toBe(true);
});
