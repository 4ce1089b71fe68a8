import { chownSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openRepository } from '../../src/workspace/index.ts';
import { differences, fingerprint, type RepositoryFixture, repositoryFixture } from './repository-fixture.ts';

let fixture: RepositoryFixture;
afterEach(() => fixture.remove());

describe('openRepository', () => {
  it('finds top, commit and branch from a subfolder, and changes nothing', async () => {
    fixture = repositoryFixture();
    const before = fingerprint(fixture.root);
    const repository = await openRepository(join(fixture.root, 'src'), fixture);
    expect(repository).toMatchObject({
      root: fixture.root,
      gitDirectory: join(fixture.root, '.git'),
      commonDirectory: join(fixture.root, '.git'),
      commit: fixture.git('rev-parse', 'HEAD'),
      branch: 'main',
      dirty: false,
      shallow: false,
      objectFormat: 'sha1',
    });
    expect(repository.configuration.identity).toEqual({ name: 'Ann Person', email: 'ann@example.com' });
    expect(differences(before, fingerprint(fixture.root))).toEqual([]);
  });

  const STATES: { name: string; change: (f: RepositoryFixture) => void; expected: object }[] = [
    { name: 'a changed file', change: (f) => f.write('src/a.txt', 'x'), expected: { dirty: true } },
    { name: 'a staged file', change: (f) => f.shell('echo x > b && git add b'), expected: { dirty: true } },
    { name: 'an untracked file', change: (f) => f.write('new.txt', 'x'), expected: { dirty: true } },
    { name: 'a deleted file', change: (f) => f.shell('rm README.md'), expected: { dirty: true } },
    { name: 'an ignored file', change: (f) => f.write('ignored/x', 'x'), expected: { dirty: false } },
    { name: 'a touched file', change: (f) => f.shell('touch -d 2001-01-01 README.md'), expected: { dirty: false } },
    {
      name: 'a file ignored by the person',
      change: (f) => f.shell('git config --global core.excludesFile ~/ig; echo "*.tmp" > ~/ig; touch x.tmp'),
      expected: { dirty: false },
    },
    { name: 'a split index', change: (f) => f.git('update-index', '--split-index'), expected: { dirty: false } },
    { name: 'a detached HEAD', change: (f) => f.git('checkout', '-q', '--detach'), expected: { branch: undefined } },
    {
      name: 'a branch with a slash',
      change: (f) => f.git('checkout', '-q', '-b', 'feat/x'),
      expected: { branch: 'feat/x' },
    },
    {
      name: 'a name in the repository',
      change: (f) => f.shell('git config user.name Bo; git config user.email bo@b'),
      expected: { configuration: { identity: { name: 'Bo', email: 'bo@b' } } },
    },
    {
      name: 'no name',
      change: (f) => f.shell('rm ~/.gitconfig'),
      expected: { configuration: { identity: { name: 'Forge', email: 'forge@localhost' } } },
    },
    {
      name: 'a partial clone',
      change: (f) => f.git('config', 'remote.origin.promisor', 'true'),
      expected: { configuration: { partialClone: true } },
    },
  ];
  it.each(STATES)('$name', async ({ change, expected }) => {
    fixture = repositoryFixture();
    change(fixture);
    expect(await openRepository(fixture.root, fixture)).toMatchObject(expected);
  });

  it('a linked worktree', async () => {
    fixture = repositoryFixture();
    fixture.git('worktree', 'add', '-q', '../linked', '-b', 'other');
    const repository = await openRepository(join(fixture.directory, 'linked'), fixture);
    expect(repository).toMatchObject({
      root: join(fixture.directory, 'linked'),
      gitDirectory: join(fixture.root, '.git/worktrees/linked'),
      commonDirectory: join(fixture.root, '.git'),
      branch: 'other',
    });
  });

  it('a shallow clone', async () => {
    fixture = repositoryFixture();
    fixture.write('b.txt', 'b');
    fixture.commitAll('second');
    fixture.shell(`git clone -q --depth 1 file://${fixture.root} ../shallow`);
    expect(await openRepository(join(fixture.directory, 'shallow'), fixture)).toMatchObject({ shallow: true });
  });

  it('sha256 objects', async () => {
    fixture = repositoryFixture({ init: '--object-format=sha256' });
    expect(await openRepository(fixture.root, fixture)).toMatchObject({ objectFormat: 'sha256' });
  });

  it('takes no repository from the environment, as in a git hook', async () => {
    fixture = repositoryFixture();
    const env = { ...fixture.env, GIT_DIR: '/nowhere', GIT_WORK_TREE: '/', GIT_INDEX_FILE: '/nowhere/index' };
    expect(await openRepository(fixture.root, { env })).toMatchObject({ root: fixture.root });
  });

  const REFUSALS: { name: string; prepare: (f: RepositoryFixture) => string; code: string }[] = [
    { name: 'a folder outside', prepare: (f) => f.home, code: 'NOT_A_REPOSITORY' },
    { name: 'no folder', prepare: (f) => join(f.root, 'none'), code: 'NOT_A_REPOSITORY' },
    {
      name: 'a bare repository',
      prepare: (f) => (f.shell('git init -q --bare ../bare.git'), join(f.directory, 'bare.git')),
      code: 'REPOSITORY_BARE',
    },
    {
      name: 'a bare repository inside another',
      prepare: (f) => (f.shell('git init -q --bare evil'), join(f.root, 'evil')),
      code: 'REPOSITORY_BARE',
    },
    { name: 'the git folder itself', prepare: (f) => join(f.root, '.git'), code: 'REPOSITORY_BARE' },
    {
      name: 'no commit yet',
      prepare: (f) => (f.shell('git init -q ../unborn'), join(f.directory, 'unborn')),
      code: 'REPOSITORY_EMPTY',
    },
    {
      name: 'a broken git file',
      prepare: (f) => (f.shell('mkdir ../broken; echo "gitdir: /none" > ../broken/.git'), join(f.directory, 'broken')),
      code: 'NOT_A_REPOSITORY',
    },
  ];
  it.each(REFUSALS)('refuses $name: $code', async ({ prepare, code }) => {
    fixture = repositoryFixture();
    const error = await openRepository(prepare(fixture), fixture).catch((e: unknown) => e);
    expect(error).toMatchObject({ code, details: { fix: expect.any(String) } });
  });

  it('says when there is no git', async () => {
    fixture = repositoryFixture();
    const env = { ...fixture.env, PATH: fixture.home };
    await expect(openRepository(fixture.root, { env })).rejects.toMatchObject({ code: 'GIT_MISSING' });
  });

  it.skipIf(process.getuid?.() !== 0)('says when the repository belongs to somebody else', async () => {
    fixture = repositoryFixture();
    for (const path of [fixture.root, join(fixture.root, '.git')]) chownSync(path, 12_345, 12_345);
    await expect(openRepository(fixture.root, fixture)).rejects.toMatchObject({
      code: 'GIT_FAILED',
      message: expect.stringContaining('belongs to somebody else'),
    });
    fixture.shell(`git config --global safe.directory '*'`, fixture.home);
    expect(await openRepository(fixture.root, fixture)).toMatchObject({ root: fixture.root });
  });
});
