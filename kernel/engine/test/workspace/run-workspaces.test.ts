import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRunWorkspaces, openRepository, type RunWorkspacesHere } from '../../src/workspace/index.ts';
import { BRANCH, changeIn, merge, RUN_ID, type RepositoryFixture, repositoryFixture } from './repository-fixture.ts';

let fixture: RepositoryFixture;
let workspaces: RunWorkspacesHere;
beforeEach(async () => {
  fixture = repositoryFixture();
  workspaces = await fixture.workspaces();
});
afterEach(() => fixture.remove());

const change = (name: string, script: string) => changeIn(fixture, workspaces, name, script);
const MESSAGE = `feat: change\n\nForge-Run: ${RUN_ID}`;

describe('a run that is opened again', () => {
  it('keeps its base when HEAD has moved on, and its branch', async () => {
    fixture.write('untracked', 'x');
    const { base } = workspaces;
    const one = await change('one', 'echo 1 > one');
    await merge(workspaces, one);
    fixture.commitAll('moved on');
    const later = await fixture.workspaces();
    expect(later.base).toEqual({ ...base, dirty: false });
    expect(await later.head()).toBe(one);
  });

  it('gets over what a kill left half done', async () => {
    const checkout = await workspaces.checkout('task', workspaces.base.commit);
    writeFileSync(join(checkout.path, 'x.txt'), 'x');
    for (const lock of ['index/task.lock', `clone/refs/heads/${BRANCH}.lock`, 'clone/packed-refs.lock']) {
      writeFileSync(join(fixture.runDirectory, lock), '');
    }
    const later = await fixture.workspaces();
    const commit = await (await later.checkout('task', workspaces.base.commit)).commit(MESSAGE);
    expect(await merge(later, commit ?? '')).toEqual({ ok: true, commit });
  });

  it('makes a clone anew that was not finished', async () => {
    rmSync(join(fixture.runDirectory, 'clone.json'));
    rmSync(join(fixture.runDirectory, 'clone', 'HEAD'));
    expect(await (await fixture.workspaces()).head()).toBe(workspaces.base.commit);
  });

  it('shows its diff from the clone, and from the branch when that is all there is', async () => {
    await change('one', 'echo 1 > one.txt').then((commit) => merge(workspaces, commit));
    await change('two', 'echo 2 > two.txt').then((commit) => merge(workspaces, commit));
    const diff = await workspaces.wholeDiff();
    expect(diff).toContain('+++ b/one.txt');
    await workspaces.deliver(BRANCH, await workspaces.head());
    await workspaces.remove();
    fixture.git('merge', '-q', BRANCH);
    fixture.git('pack-refs', '--all');
    const later = await fixture.workspaces();
    expect(await later.wholeDiff()).toBe(diff);
    expect(existsSync(join(fixture.runDirectory, 'clone'))).toBe(false);
  });
});

it('rewords a commit: another message and all else the same, also when it is asked again', async () => {
  const first = await change('one', 'echo 1 > one');
  const reword = (message: string) => `${message.replace('\n\nForge-Run', '\n\nProof\n\nForge-Run')}`;
  const reworded = await workspaces.reword(first, reword);
  const show = (commit: string) =>
    fixture.shell(`git -C .forge/runs/${RUN_ID}/clone log -1 --format='%T %P %an %ae %at %ct%n%B' ${commit}`);
  expect(show(reworded)).toBe(show(first).replace('Forge-Run', 'Proof\n\nForge-Run'));
  expect(await (await fixture.workspaces()).reword(first, reword)).toBe(reworded);
  expect(await workspaces.head()).toBe(workspaces.base.commit);
  await workspaces.deliver(BRANCH, reworded);
  expect(fixture.git('rev-parse', BRANCH)).toBe(reworded);
});

describe('reading commits', () => {
  it('cuts a long diff at a line and says so', async () => {
    const commit = await change('task', 'seq 100000 > numbers');
    const diff = await workspaces.diff(workspaces.base.commit, commit, 10_000);
    expect(diff.length).toBeLessThan(10_100);
    expect(diff).toMatch(/\n\+\d+\n\[… the diff is longer than 10000 bytes/);
  });

  it('counts binary files without lines, and does not read them as text', async () => {
    const commit = await change('task', `printf 'a\\000b' > nul; printf '\\377' > bad`);
    expect(await workspaces.changedFiles(workspaces.base.commit, commit)).toEqual([
      { path: 'bad', added: 1, removed: 0 },
      { path: 'nul', added: 0, removed: 0 },
    ]);
    expect(await workspaces.readFile(commit, 'nul')).toBeUndefined();
    expect(await workspaces.readFile(commit, 'bad')).toBeUndefined();
  });

  it.each(['none', 'src', '../README.md', 'a\nb', '', '/etc/passwd'])('has no text for %j', async (path) => {
    expect(await workspaces.readFile(workspaces.base.commit, path)).toBeUndefined();
  });

  it('names odd paths as they are', async () => {
    const commit = await change('task', `touch -- 'a\tb' 'ü' '"q"' '-x' "$(printf 'l\\nf')"`);
    const files = (await workspaces.changedFiles(workspaces.base.commit, commit)).map(({ path }) => path);
    expect(files.toSorted()).toEqual(['"q"', '-x', 'a\tb', 'l\nf', 'ü']);
  });
});

describe('other kinds of repositories', () => {
  it('sha256', async () => {
    fixture.remove();
    fixture = repositoryFixture({ init: '--object-format=sha256' });
    workspaces = await fixture.workspaces();
    const commit = await change('task', 'echo x > x');
    expect((await workspaces.checkout('look', commit)).path).toBeTruthy();
    await workspaces.deliver(BRANCH, commit);
    expect(fixture.git('show', `${BRANCH}:x`)).toBe('x');
  });

  it('a linked worktree of another repository', async () => {
    fixture.git('worktree', 'add', '-q', '../linked', '-b', 'other');
    const linked = join(fixture.directory, 'linked');
    const options = { runId: RUN_ID, branch: BRANCH, env: fixture.env, clock: { now: () => 0 } };
    const repository = await openRepository(linked, fixture);
    workspaces = await createRunWorkspaces({ ...options, repository, directory: join(fixture.directory, 'run') });
    await workspaces.deliver(BRANCH, await change('task', 'echo x > x'));
    expect(fixture.git('show', `${BRANCH}:x`)).toBe('x');
    expect(fixture.shell('git status --short', linked)).toBe('');
  });

  it('a shallow clone', async () => {
    fixture.write('b.txt', 'b');
    fixture.commitAll('second');
    fixture.shell(`git clone -q --depth 1 file://${fixture.root} ../shallow`);
    const repository = await openRepository(join(fixture.directory, 'shallow'), fixture);
    const options = { runId: RUN_ID, branch: BRANCH, env: fixture.env, clock: { now: () => 0 } };
    workspaces = await createRunWorkspaces({ ...options, repository, directory: join(fixture.directory, 'run') });
    const [one, two] = [
      await change('one', 'echo 1 > one; git log --oneline | wc -l'),
      await change('two', 'echo 2 > two'),
    ];
    await merge(workspaces, one);
    await merge(workspaces, two);
    await workspaces.deliver(BRANCH, await workspaces.head());
    expect(
      fixture.shell(`git fsck --no-dangling; git log --format=%s ${BRANCH}`, join(fixture.directory, 'shallow')),
    ).toBe('feat: two\nfeat: one\nsecond');
  });

  it('a folder with odd characters in its name', async () => {
    const odd = join(fixture.directory, 'a "b" \\ü $(x)');
    fixture.shell(`mv "$1" "$2"`.replace('"$1"', `'${fixture.root}'`).replace('"$2"', `'${odd}'`), fixture.directory);
    symlinkSync(odd, fixture.root);
    rmSync(fixture.runDirectory, { recursive: true });
    workspaces = await fixture.workspaces();
    await workspaces.deliver(BRANCH, await change('task', 'git log --oneline; echo x > x'));
    expect(fixture.git('show', `${BRANCH}:x`)).toBe('x');
    expect(readFileSync(join(odd, 'README.md'), 'utf8')).toBe('# Sample\n');
  });

  it('gc and repack in the person’s repository take nothing away', async () => {
    fixture.git('gc', '-q');
    rmSync(fixture.runDirectory, { recursive: true });
    workspaces = await fixture.workspaces();
    fixture.git('commit', '-q', '--amend', '-m', 'rewritten');
    fixture.shell('git reflog expire --expire=now --all; git gc -q --prune=now; git repack -q -a -d');
    expect(() => fixture.git('cat-file', '-e', workspaces.base.commit)).toThrow();
    const commit = await change('task', 'git log --oneline; echo x > x');
    await workspaces.deliver(BRANCH, commit);
    expect(fixture.git('log', '--format=%s', BRANCH)).toBe('feat: task\nfirst');
    expect(fixture.git('fsck', '--strict', '--no-dangling')).toBe('');
  });
});
