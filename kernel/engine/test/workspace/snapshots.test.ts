import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Checkout } from '../../src/workspace/checkout.ts';
import { fingerprint, type RepositoryFixture, repositoryFixture } from './repository-fixture.ts';

let fixture: RepositoryFixture;
let checkout: Checkout;
beforeEach(async () => {
  fixture = repositoryFixture();
  const workspaces = await fixture.workspaces();
  checkout = await workspaces.checkout('task', workspaces.base.commit);
});
afterEach(() => fixture.remove());

const shell = (script: string) => fixture.shell(script, checkout.path);
const content = () => fingerprint(checkout.path, ['.git']);

/** The checkout as another process finds it, after this one was killed. */
async function reopened(): Promise<Checkout> {
  const workspaces = await fixture.workspaces();
  return workspaces.checkout('task', workspaces.base.commit);
}

const BEFORE = 'echo 1 > README.md; echo 1 > new; chmod +x new; ln -s new link; mkdir ignored; echo 1 > ignored/x';

describe('a snapshot of everything', () => {
  const SPOILS = [
    { name: 'nothing', spoil: '' },
    { name: 'files', spoil: 'echo 2 > README.md; rm new; echo 2 > later; chmod -x src/run.sh' },
    { name: 'a folder in place of a file', spoil: 'rm new; mkdir -p new/deep; echo 2 > new/deep/x' },
    { name: 'a file in place of a folder', spoil: 'rm -r src; echo 2 > src' },
    { name: 'a link in place of a folder', spoil: 'mv src elsewhere; ln -s elsewhere src' },
    { name: 'all of it', spoil: 'rm -rf README.md src new link .gitignore' },
    {
      name: 'what the agent’s own git did',
      spoil: 'git add -A; git commit -qm x; git checkout -q -b y; git rm -rqf src',
    },
  ];
  it.each(SPOILS)('is what a call finds again that changed $name before it was cut', async ({ spoil }) => {
    shell(BEFORE);
    await checkout.snapshot('1');
    const before = content();
    shell(spoil);
    await (await reopened()).restore('1');
    expect(content()).toEqual(before);
  });

  it('can be gone back to again, after a restore that was cut', async () => {
    shell(BEFORE);
    await checkout.snapshot('1');
    const before = content();
    shell('rm -r src; echo 2 > new');
    await checkout.restore('1');
    shell('echo half > README.md; touch ../../snapshots/task/1.lock ../../snapshots/task/index.lock');
    await (await reopened()).restore('1');
    expect(content()).toEqual(before);
  });

  it('leaves what is ignored as it is', async () => {
    shell(BEFORE);
    await checkout.snapshot('1');
    shell('echo 2 > ignored/x; echo 2 > a.log');
    await checkout.restore('1');
    expect(shell('cat ignored/x a.log')).toBe('2\n2');
  });

  it('leaves repositories inside as they are, and never lets git start in one', async () => {
    shell(`mkdir inner; cd inner; git init -q; echo 1 > x; git add .; git commit -qm x; git init -q ../empty
git config core.fsmonitor "touch ${fixture.directory}/started; false"`);
    for (const name of ['1', '2']) await checkout.snapshot(name);
    shell('echo 2 > inner/x; echo 2 > README.md');
    const again = await reopened();
    await again.snapshot('3');
    await again.restore('3');
    expect(shell('cat inner/x; git -C inner log --format=%s; test -d empty/.git')).toBe('2\nx');
    expect(existsSync(join(fixture.directory, 'started'))).toBe(false);
    const commit = await again.commit('feat: x');
    const workspaces = await fixture.workspaces();
    expect(await workspaces.listFiles(commit ?? '')).toContain('inner/x');
  });

  it('leaves out what cannot be read, for the call may be what makes it readable', async () => {
    shell('mkfifo pipe; echo 1 > new');
    await checkout.snapshot('1');
    shell('echo 2 > new');
    await checkout.restore('1');
    expect(shell('cat new')).toBe('1');
  });
});

describe('a snapshot of some files', () => {
  const PATHS = ['src/a.txt', 'src/new.txt', 'made/deep/x'];
  it('is a copy of them alone, and takes no process', async () => {
    const index = join(fixture.runDirectory, 'snapshots', 'task', 'index');
    await checkout.snapshot('1', PATHS);
    expect(existsSync(index)).toBe(false);
    shell('chmod 600 src/a.txt; echo 2 >> src/a.txt; echo 2 > src/new.txt; mkdir -p made/deep; echo 2 > made/deep/x');
    shell('echo kept > README.md');
    await (await reopened()).restore('1');
    expect(shell('cat README.md src/a.txt; stat -c %a src/a.txt; ls src made/deep')).toBe(
      'kept\none\ntwo\nthree\n644\nmade/deep:\n\nsrc:\na.txt\nrun.sh',
    );
  });

  const WIDER = [
    { name: 'leads through a link', script: 'ln -s src other', path: 'other/a.txt', changed: 'src/a.txt' },
    { name: 'is a link', script: 'ln -s src/a.txt other', path: 'other', changed: 'src/a.txt' },
    { name: 'is a folder', script: '', path: 'src', changed: 'src/a.txt' },
    { name: 'leads up', script: '', path: 'src/../README.md', changed: 'README.md' },
    { name: 'leads outside', script: '', path: '../../../README.md', changed: 'README.md' },
    { name: 'is absolute', script: '', path: '/etc/hostname', changed: 'README.md' },
    { name: 'is empty', script: '', path: '', changed: 'README.md' },
  ];
  it.each(WIDER)('is one of everything when a path $name', async ({ script, path, changed }) => {
    shell(script);
    const before = content();
    await checkout.snapshot('1', [path]);
    shell(`echo 2 > ${changed}`);
    await (await reopened()).restore('1');
    expect(content()).toEqual(before);
  });
});

it('only the newest snapshot is kept, and none is found of a checkout that was made anew', async () => {
  await checkout.snapshot('1');
  await checkout.snapshot('2', ['README.md']);
  await checkout.snapshot('3');
  expect(readdirSync(join(fixture.runDirectory, 'snapshots', 'task')).toSorted()).toEqual(['3', 'index']);
  await checkout.reset();
  await expect(checkout.restore('3')).rejects.toMatchObject({ code: 'WORKSPACE_LOST' });
  await checkout.snapshot('1');
  shell('echo 2 > README.md');
  await checkout.restore('1');
  expect(readFileSync(join(checkout.path, 'README.md'), 'utf8')).toBe('# Sample\n');
});
