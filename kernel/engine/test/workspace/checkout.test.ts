import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { RunWorkspacesHere } from '../../src/workspace/index.ts';
import {
  BRANCH,
  changeIn,
  fingerprint,
  merge,
  RUN_ID,
  type RepositoryFixture,
  repositoryFixture,
} from './repository-fixture.ts';

let fixture: RepositoryFixture;
let workspaces: RunWorkspacesHere;
beforeEach(async () => {
  fixture = repositoryFixture();
  workspaces = await fixture.workspaces();
});
afterEach(() => fixture.remove());

const change = (name: string, script: string) => changeIn(fixture, workspaces, name, script);
const MESSAGE = `feat: change\n\nForge-Run: ${RUN_ID}`;

describe('a checkout', () => {
  it('holds the base commit, not the dirty working tree', async () => {
    fixture.write('README.md', 'dirty');
    fixture.write('untracked.txt', 'x');
    const { path } = await workspaces.checkout('task', workspaces.base.commit);
    expect(
      fixture.shell('cat README.md; ls; test -x src/run.sh; git status --short; git branch --show-current', path),
    ).toBe(`# Sample\nREADME.md\nsrc\n${BRANCH}`);
  });

  it('commits added, changed, deleted, renamed, executable and linked files, and nothing ignored', async () => {
    const commit = await change(
      'task',
      'echo new > "new file.txt"; echo x >> README.md; git mv src/a.txt src/b.txt; chmod -x src/run.sh; ln -s README.md link; mkdir ignored; touch ignored/x a.log',
    );
    expect(await workspaces.changedFiles(workspaces.base.commit, commit)).toEqual([
      { path: 'README.md', added: 1, removed: 0 },
      { path: 'link', added: 1, removed: 0 },
      { path: 'new file.txt', added: 1, removed: 0 },
      { path: 'src/a.txt', added: 0, removed: 3 },
      { path: 'src/b.txt', added: 3, removed: 0 },
      { path: 'src/run.sh', added: 0, removed: 0 },
    ]);
    expect(await workspaces.readFile(commit, 'new file.txt')).toBe('new\n');
  });

  it('that was worked in is not made anew when it is gone', async () => {
    const { commit } = workspaces.base;
    const { path } = await workspaces.checkout('task', commit);
    const again = async () => (await fixture.workspaces()).checkout('task', commit, { kept: true });
    expect((await again()).path).toBe(path);
    rmSync(path, { recursive: true });
    await expect(again()).rejects.toMatchObject({ code: 'WORKSPACE_LOST', details: { where: path } });
    expect(existsSync(path)).toBe(false);
  });

  it('answers undefined when nothing changed, and the same commit when asked again', async () => {
    const checkout = await workspaces.checkout('task', workspaces.base.commit);
    expect(await checkout.commit(MESSAGE)).toBeUndefined();
    writeFileSync(join(checkout.path, 'new.txt'), 'x');
    const commit = await checkout.commit(MESSAGE);
    expect(await checkout.commit(MESSAGE)).toBe(commit);
    const again = await (await fixture.workspaces()).checkout('task', workspaces.base.commit);
    expect(await again.commit(MESSAGE)).toBe(commit);
    writeFileSync(join(checkout.path, 'new.txt'), 'y');
    expect(await checkout.commit(MESSAGE)).not.toBe(commit);
  });

  it('commits in the name of the person, at the time of the clock', async () => {
    const commit = await change('task', 'echo x > x');
    await workspaces.deliver(BRANCH, commit);
    expect(fixture.git('log', '-1', '--format=%an %ae %cn %ce %at %ct%n%B', BRANCH)).toBe(
      `${'Ann Person ann@example.com '.repeat(2)}1700000000 1700000000\nfeat: task\n\nForge-Run: ${RUN_ID}`,
    );
  });

  const WAYS_OF_RESET = [
    { name: 'as it is', spoil: '' },
    { name: 'with ignored and untracked files', spoil: 'touch new a.log; mkdir -p ignored/deep; touch ignored/deep/x' },
    { name: 'emptied', spoil: 'rm -rf README.md src .gitignore' },
    { name: 'with a folder for a file', spoil: 'rm README.md; mkdir -p README.md/x; touch README.md/x/y' },
    { name: 'with a link for a folder', spoil: 'mv src elsewhere; ln -s elsewhere src' },
    { name: 'with its git folder gone', spoil: 'rm -rf .git' },
    { name: 'with repositories inside', spoil: 'git init -q inner; touch inner/x; git init -q ignored' },
    { name: 'read-only', spoil: 'mkdir sealed; touch sealed/x; chmod 555 sealed' },
  ];
  it.each(WAYS_OF_RESET)('is reset when it is $name', async ({ spoil }) => {
    const checkout = await workspaces.checkout('task', workspaces.base.commit);
    const before = fingerprint(checkout.path, ['.git']);
    fixture.shell(spoil, checkout.path);
    await checkout.reset();
    expect(fingerprint(checkout.path, ['.git'])).toEqual(before);
    expect(fixture.shell('git status --short --ignored', checkout.path)).toBe('');
  });

  it('is made anew when it is asked for at another commit', async () => {
    const first = await workspaces.checkout('task', workspaces.base.commit);
    writeFileSync(join(first.path, 'left-over.txt'), 'x');
    const commit = await change('other', 'echo x > other.txt');
    const second = await workspaces.checkout('task', commit);
    expect(second.path).toBe(first.path);
    expect(fixture.shell('ls', second.path)).toBe('README.md\nother.txt\nsrc');
  });

  it('has nothing of what was done in it before when it is asked for fresh', async () => {
    const { base } = workspaces;
    const { path } = await workspaces.checkout('test-base', base.commit);
    fixture.shell(
      'mkdir -p ignored; echo x > ignored/x; echo x > x; echo changed > README.md; git config core.pager evil',
      path,
    );
    const again = await workspaces.checkout('test-base', base.commit, { fresh: true });
    expect(again.path).toBe(path);
    expect(fixture.shell('cat README.md; ls; git status --short; git config core.pager || true', path)).toBe(
      '# Sample\nREADME.md\nsrc',
    );
  });

  it('of a task is never one of the engine', async () => {
    const names = ['look', 'tasks/look'] as const;
    const [engines, tasks] = await Promise.all(names.map((name) => workspaces.checkout(name, workspaces.base.commit)));
    writeFileSync(join(tasks?.path ?? '', 'new.txt'), 'x');
    expect(fixture.shell('ls', engines?.path)).toBe('README.md\nsrc');
    expect(await engines?.commit(MESSAGE)).toBeUndefined();
    expect(await tasks?.commit(MESSAGE)).toBeDefined();
  });

  it('does not deliver what an agent installs in it', async () => {
    const commit = await change('task', 'mkdir -p app/node_modules/.bin; touch app/node_modules/.bin/node app/x.js');
    expect((await workspaces.changedFiles(workspaces.base.commit, commit)).map(({ path }) => path)).toEqual([
      'app/x.js',
    ]);
  });

  it('delivers installed packages where they are under version control', async () => {
    const vendored = repositoryFixture();
    onTestFinished(() => vendored.remove());
    vendored.write('node_modules/one/index.js', '1');
    vendored.commitAll('vendored');
    const commit = await changeIn(vendored, await vendored.workspaces(), 'task', 'touch node_modules/two.js');
    expect(vendored.shell(`git -C .forge/runs/${RUN_ID}/clone show --name-only --format= ${commit}`)).toBe(
      'node_modules/two.js',
    );
  });

  it('is one and the same for all who ask at once', async () => {
    const all = await Promise.all([1, 2, 3].map(() => workspaces.checkout('look', workspaces.base.commit)));
    expect(new Set(all).size).toBe(1);
  });

  it('works beside others at the same time', async () => {
    const names = Array.from({ length: 8 }, (_, i) => `task-${i}`);
    const commits = await Promise.all(names.map((name) => change(name, `echo ${name} > ${name}.txt`)));
    for (const commit of commits) await merge(workspaces, commit);
    const files = await workspaces.listFiles(await workspaces.head());
    expect(files.filter((path) => path.startsWith('task-'))).toEqual(names.map((name) => `${name}.txt`));
  });

  it('keeps the files of a repository that was made inside it, without its git folder', async () => {
    const commit = await change(
      'task',
      'mkdir app; cd app; git init -q; echo x > app.txt; git add .; git commit -q -m inner; git init -q deep; echo y > deep/y; mkdir empty; git init -q empty',
    );
    expect(await workspaces.listFiles(commit)).toEqual(expect.arrayContaining(['app/app.txt', 'app/deep/y']));
  });

  it('lets nobody name a folder outside', async () => {
    await expect(workspaces.checkout('../x', workspaces.base.commit)).rejects.toMatchObject({ code: 'INTERNAL' });
  });
});
