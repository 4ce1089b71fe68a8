import { execFileSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { inWorkspace, type Naming, openFile, readWhole, writeFile } from '@forge/confined-files';
import { type Project, project } from '../project.ts';

const read = (from: Project, path: string, naming: Naming) =>
  inWorkspace(
    from.context,
    path,
    ({ find, handles }) => {
      const { directory, name, location } = find(path);
      return readWhole(openFile(directory, name, location, handles), 1_000_000)?.toString();
    },
    naming,
  );

const write = (into: Project, path: string, naming: Naming) =>
  inWorkspace(
    into.context,
    path,
    ({ find, handles }) =>
      writeFile(find(path, { createParents: true }), Buffer.from('written'), '.forge-test.tmp', handles),
    naming,
  );

/** Ways out. `arrange` may prepare the workspace. */
const escapes: readonly { name: string; path: string; code: string; arrange?: (project: Project) => void }[] = [
  { name: '..', path: '../outside/secret.txt', code: 'PATH_OUTSIDE_WORKSPACE' },
  { name: '.. behind a folder', path: 'src/../../outside/secret.txt', code: 'PATH_OUTSIDE_WORKSPACE' },
  { name: '.. and back in by name', path: '../workspace/src/a.ts', code: 'PATH_OUTSIDE_WORKSPACE' },
  { name: 'an absolute path', path: '/etc/passwd', code: 'PATH_OUTSIDE_WORKSPACE' },
  { name: 'the root', path: '/', code: 'PATH_OUTSIDE_WORKSPACE' },
  { name: 'an absolute path that begins alike', path: 'WORKSPACE-two/x', code: 'PATH_OUTSIDE_WORKSPACE' },
  { name: 'an absolute path inside, then ..', path: 'WORKSPACE/../outside/secret.txt', code: 'PATH_OUTSIDE_WORKSPACE' },
  { name: '~', path: '~/secret.txt', code: 'PATH_OUTSIDE_WORKSPACE' },
  { name: '~ of somebody', path: '~root/secret.txt', code: 'PATH_OUTSIDE_WORKSPACE' },
  { name: '/proc/self/root', path: '/proc/self/root/etc/passwd', code: 'PATH_OUTSIDE_WORKSPACE' },
  { name: '/proc/self/cwd', path: '/proc/self/cwd/package.json', code: 'PATH_OUTSIDE_WORKSPACE' },
  {
    name: 'a link to a file outside',
    path: 'link',
    code: 'PATH_OUTSIDE_WORKSPACE',
    arrange: ({ path }) => symlinkSync('../outside/secret.txt', join(path, 'link')),
  },
  {
    name: 'a link to a folder outside',
    path: 'link/secret.txt',
    code: 'PATH_OUTSIDE_WORKSPACE',
    arrange: ({ path, outside }) => symlinkSync(outside, join(path, 'link')),
  },
  {
    name: 'a chain of links',
    path: 'one/secret.txt',
    code: 'PATH_OUTSIDE_WORKSPACE',
    arrange({ path }) {
      mkdirSync(join(path, 'deep/er'), { recursive: true });
      symlinkSync('deep/er/two', join(path, 'one'));
      symlinkSync('../three', join(path, 'deep/er/two'));
      symlinkSync('../../outside', join(path, 'deep/three'));
    },
  },
  {
    name: 'a link through /proc',
    path: 'link/etc/passwd',
    code: 'PATH_OUTSIDE_WORKSPACE',
    arrange: ({ path }) => symlinkSync('/proc/self/root', join(path, 'link')),
  },
  {
    name: 'links in a circle',
    path: 'one/x',
    code: 'PATH_OUTSIDE_WORKSPACE',
    arrange({ path }) {
      symlinkSync('two', join(path, 'one'));
      symlinkSync('one', join(path, 'two'));
    },
  },
  { name: 'git', path: '.git/config', code: 'PATH_OUTSIDE_WORKSPACE' },
  { name: 'git in capitals', path: '.GIT/config', code: 'PATH_OUTSIDE_WORKSPACE' },
  { name: 'git with a trailing dot', path: '.git./config', code: 'PATH_OUTSIDE_WORKSPACE' },
  { name: 'git by its short name', path: 'git~1/config', code: 'PATH_OUTSIDE_WORKSPACE' },
  { name: 'git with an invisible letter', path: '.g\u200cit/config', code: 'PATH_OUTSIDE_WORKSPACE' },
  { name: 'git as a stream', path: '.git::$INDEX_ALLOCATION/config', code: 'PATH_OUTSIDE_WORKSPACE' },
  { name: 'git behind a folder', path: 'src/../.git/config', code: 'PATH_OUTSIDE_WORKSPACE' },
  {
    name: 'git through a link',
    path: 'link/config',
    code: 'PATH_OUTSIDE_WORKSPACE',
    arrange: ({ path }) => symlinkSync('.git', join(path, 'link')),
  },
  {
    name: 'git of a repository inside',
    path: 'inner/.git/hooks/post-checkout',
    code: 'PATH_OUTSIDE_WORKSPACE',
    arrange: ({ path }) => mkdirSync(join(path, 'inner/.git/hooks'), { recursive: true }),
  },
  { name: 'NUL', path: 'src/a.ts\0../../outside/secret.txt', code: 'INPUT_INVALID' },
  { name: 'a name that is too long', path: `src/${'n'.repeat(300)}`, code: 'INPUT_INVALID' },
  { name: 'a path that is too long', path: 'n/'.repeat(3000), code: 'INPUT_INVALID' },
];

const outsideOf = ({ outside, path }: Project) => ({
  outside: readdirSync(outside).map((name) => [name, readFileSync(join(outside, name), 'utf8')]),
  git: readFileSync(join(path, '.git/config'), 'utf8'),
  beside: readdirSync(join(path, '..')),
});

describe.each<Naming>(['descriptor', 'real-path'])('named by %s', (naming) => {
  test.each(escapes)('$name leads nowhere', async ({ path, code, arrange }) => {
    const here = project({ 'src/a.ts': 'inside' });
    arrange?.(here);
    const wanted = path.replace('WORKSPACE', here.path);
    const before = outsideOf(here);
    await expect(read(here, wanted, naming)).rejects.toMatchObject({ code });
    await expect(write(here, wanted, naming)).rejects.toMatchObject({ code });
    expect(outsideOf(here)).toEqual(before);
  });

  test.each([
    ['a plain path', 'src/a.ts'],
    ['dots and slashes', './src//./a.ts'],
    ['.. that stays inside', 'src/inner/../a.ts'],
    ['the absolute path', 'WORKSPACE/src/a.ts'],
    ['a link to a file', 'link.ts'],
    ['a link to a folder', 'folder/a.ts'],
    ['a link to an absolute path inside', 'absolute/a.ts'],
    ['a link to a link', 'twice/a.ts'],
  ])('%s leads to the file, and a link stays one when it is written', async (_name, path) => {
    const here = project({ 'src/a.ts': 'inside', 'src/inner/b.ts': '' });
    symlinkSync('src/a.ts', join(here.path, 'link.ts'));
    symlinkSync('./src', join(here.path, 'folder'));
    symlinkSync(join(here.path, 'src'), join(here.path, 'absolute'));
    symlinkSync('src/inner/up', join(here.path, 'twice'));
    symlinkSync('..', join(here.path, 'src/inner/up'));
    const wanted = path.replace('WORKSPACE', here.path);
    expect(await read(here, wanted, naming)).toBe('inside');
    await write(here, wanted, naming);
    expect(readFileSync(join(here.path, 'src/a.ts'), 'utf8')).toBe('written');
    expect(readFileSync(join(here.path, 'link.ts'), 'utf8')).toBe('written');
  });

  test('a hard link to a file outside is read, but never written through', async () => {
    const here = project();
    const [secret, link] = [join(here.outside, 'secret.txt'), join(here.path, 'link')];
    linkSync(secret, link);
    expect(await read(here, 'link', naming)).toBe('canary\n');
    await write(here, 'link', naming);
    expect(readFileSync(secret, 'utf8')).toBe('canary\n');
    expect(readFileSync(link, 'utf8')).toBe('written');
  });

  test('a name that only looks like git is a name', async () => {
    const here = project();
    for (const name of ['.gitignore', '.github', 'git', '.git-keep', 'x.git', '~x', '..x', '...']) {
      await write(here, name, naming);
      expect(await read(here, name, naming)).toBe('written');
    }
  });

  test('a pipe is neither read nor written, and nobody waits for it', async () => {
    const here = project();
    execFileSync('mkfifo', [join(here.path, 'pipe')]);
    await expect(read(here, 'pipe', naming)).rejects.toMatchObject({ code: 'TOOL_FAILED' });
    await expect(write(here, 'pipe', naming)).rejects.toMatchObject({ code: 'TOOL_FAILED' });
  });

  test('permissions stay, folders are made, nothing temporary is left', async () => {
    const here = project();
    writeFileSync(join(here.path, 'run.sh'), '#!/bin/sh\n', { mode: 0o755 });
    await write(here, 'run.sh', naming);
    await write(here, 'new/deep/file', naming);
    expect(statSync(join(here.path, 'run.sh')).mode & 0o777).toBe(0o755);
    expect(readdirSync(here.path)).toEqual(['.git', 'new', 'run.sh']);
    expect(existsSync(join(here.path, 'new/deep/file'))).toBe(true);
    await expect(write(here, 'new', naming)).rejects.toMatchObject({ code: 'TOOL_FAILED' });
    expect(readdirSync(here.path)).toEqual(['.git', 'new', 'run.sh']);
  });
});

test('no file stays open', async () => {
  const here = project({ 'a/b/c.ts': 'x' });
  const open = () => readdirSync('/proc/self/fd').length;
  const before = open();
  for (const path of ['a/b/c.ts', 'a/../../x', 'a/missing/x', '.']) {
    await read(here, path, 'descriptor').catch(() => undefined);
    await write(here, path, 'descriptor').catch(() => undefined);
  }
  expect(open()).toBe(before);
});
