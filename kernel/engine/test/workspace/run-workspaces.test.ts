import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRunWorkspaces, openRepository, type RunWorkspacesHere } from '../../src/workspace/index.ts';
import { BRANCH, differences, fingerprint, type RepositoryFixture, repositoryFixture } from './repository-fixture.ts';

let fixture: RepositoryFixture;
let workspaces: RunWorkspacesHere;
beforeEach(async () => {
  fixture = repositoryFixture();
  workspaces = await fixture.workspaces();
});
afterEach(() => fixture.remove());

const MESSAGE = 'feat: change\n\nForge-Run: R1';

/** A commit on the base that a checkout of that name makes by a shell script. */
async function change(name: string, script: string, base = workspaces.base.commit) {
  const checkout = await workspaces.checkout(name, base);
  fixture.shell(script, checkout.path);
  return (await checkout.commit(`feat: ${name}\n\nForge-Run: R1`)) ?? expect.fail('nothing changed');
}

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
      `${'Ann Person ann@example.com '.repeat(2)}1700000000 1700000000\nfeat: task\n\nForge-Run: R1`,
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

  it('goes back to a snapshot, and leaves ignored files alone', async () => {
    const checkout = await workspaces.checkout('task', workspaces.base.commit);
    fixture.shell('echo 1 > README.md; echo 1 > new; mkdir ignored; echo 1 > ignored/x', checkout.path);
    const snapshot = await checkout.snapshot();
    expect(await checkout.snapshot()).toBe(snapshot);
    const before = fingerprint(checkout.path, ['.git']);
    fixture.shell(
      'echo 2 > README.md; rm new; mkdir new; echo 2 > new/inner; rm -r src; echo 2 > later',
      checkout.path,
    );
    await checkout.restore(snapshot);
    expect(fingerprint(checkout.path, ['.git'])).toEqual(before);
    fixture.shell('git -C ../../clone gc --prune=now --quiet', checkout.path);
    await checkout.restore(snapshot);
  });

  it('is made anew when it is asked for at another commit', async () => {
    const first = await workspaces.checkout('task', workspaces.base.commit);
    writeFileSync(join(first.path, 'left-over.txt'), 'x');
    const commit = await change('other', 'echo x > other.txt');
    const second = await workspaces.checkout('task', commit);
    expect(second.path).toBe(first.path);
    expect(fixture.shell('ls', second.path)).toBe('README.md\nother.txt\nsrc');
  });

  it('is one and the same for all who ask at once', async () => {
    const all = await Promise.all([1, 2, 3].map(() => workspaces.checkout('look', workspaces.base.commit)));
    expect(new Set(all).size).toBe(1);
  });

  it('works beside others at the same time', async () => {
    const names = Array.from({ length: 8 }, (_, i) => `task-${i}`);
    const commits = await Promise.all(names.map((name) => change(name, `echo ${name} > ${name}.txt`)));
    for (const [i, commit] of commits.entries()) await workspaces.merge(commit, `feat: ${i}`);
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

describe('merging', () => {
  it('keeps the history a line, in the order of the merges', async () => {
    const [one, two, three] = await Promise.all([
      change('one', 'echo 1 > one.txt'),
      change('two', 'echo 2 > two.txt'),
      change('three', 'sed -i s/two/TWO/ src/a.txt'),
    ]);
    expect(await workspaces.merge(two, 'feat: two')).toEqual({ ok: true, commit: two });
    await workspaces.merge(one, 'feat: one');
    const last = await workspaces.merge(three, 'feat: three');
    expect(last).toEqual({ ok: true, commit: await workspaces.head() });
    await workspaces.deliver(BRANCH, await workspaces.head());
    expect(fixture.git('log', '--format=%s', BRANCH)).toBe('feat: three\nfeat: one\nfeat: two\nfirst');
    expect(fixture.git('show', `${BRANCH}:src/a.txt`)).toBe('one\nTWO\nthree');
  });

  it('changes nothing when repeated, in another process too', async () => {
    const [one, two] = [await change('one', 'echo 1 > one.txt'), await change('two', 'echo 2 > two.txt')];
    await workspaces.merge(one, 'feat: one');
    await workspaces.merge(two, 'feat: two');
    const head = await workspaces.head();
    const later = await fixture.workspaces();
    for (const again of [one, two, head, workspaces.base.commit]) {
      expect(await later.merge(again, 'feat: again')).toEqual({ ok: true, commit: head });
    }
    expect(await later.head()).toBe(head);
  });

  it('reports conflicts as data and leaves the branch alone', async () => {
    const one = await change('one', 'sed -i s/two/ONE/ src/a.txt; echo x > both.txt; rm README.md');
    const two = await change(
      'two',
      'sed -i s/two/TWO/ src/a.txt; echo y > both.txt; echo more >> README.md; echo z > z.txt',
    );
    await workspaces.merge(one, 'feat: one');
    expect(await workspaces.merge(two, 'feat: two')).toEqual({
      ok: false,
      conflicts: ['README.md', 'both.txt', 'src/a.txt'],
    });
    expect(await workspaces.head()).toBe(one);
  });

  it('adds no empty commit for a change that is there already', async () => {
    const [one, same] = [await change('one', 'echo 1 > same.txt'), await change('two', 'echo 1 > same.txt')];
    await workspaces.merge(one, 'feat: one');
    expect(await workspaces.merge(same, 'feat: two')).toEqual({ ok: true, commit: one });
  });
});

describe('delivery', () => {
  const STATES = [
    { name: 'clean', prepare: '' },
    {
      name: 'dirty',
      prepare: 'echo x >> README.md; echo y > staged; git add staged; echo z > untracked; rm src/a.txt',
    },
    { name: 'with a stash', prepare: 'echo x >> README.md; git stash -q' },
    {
      name: 'in the middle of a merge',
      prepare:
        'git checkout -q -b o; echo o > c; git add c; git commit -qm o; git checkout -q main; echo m > c; git add c; git commit -qm m; git merge -q o || true',
    },
    { name: 'detached', prepare: 'git checkout -q --detach' },
    {
      name: 'with packed refs and FETCH_HEAD',
      prepare: 'git clone -q . ../other; git fetch -q ../other main; git pack-refs --all; git gc -q',
    },
    {
      name: 'with hooks, tags and a remote',
      prepare:
        'for h in reference-transaction post-update update pre-receive post-index-change; do printf "#!/bin/sh\\ntouch ../pwned\\n" > .git/hooks/$h; chmod +x .git/hooks/$h; done; git tag -a v1 -m v1 2>/dev/null; git remote add origin ../none; rm -f ../pwned',
    },
  ];
  it.each(STATES)(
    'adds one branch and its objects to a repository that is $name, and nothing else',
    async ({ prepare }) => {
      fixture.shell(prepare);
      const before = fingerprint(fixture.root, ['.forge']);
      const commit = await change('task', 'echo x > x.txt');
      await workspaces.deliver(BRANCH, commit);
      const changed = differences(before, fingerprint(fixture.root, ['.forge']));
      const others = changed.filter((path) => !/^\.git\/objects\/[0-9a-f]{2}(\/[0-9a-f]+)?$/.test(path));
      expect(others).toEqual(['.git/refs/heads/forge', `.git/refs/heads/${BRANCH}`]);
      expect(existsSync(join(fixture.directory, 'pwned'))).toBe(false);
      expect(fixture.git('show', `${BRANCH}:x.txt`)).toBe('x');
    },
  );

  it('lasts when the clone is gone', async () => {
    await change('one', 'for i in $(seq 300); do echo $i > f$i; done').then((c) => workspaces.merge(c, 'feat: one'));
    await change('two', 'echo 2 > two').then((c) => workspaces.merge(c, 'feat: two'));
    await workspaces.deliver(BRANCH, await workspaces.head());
    await workspaces.remove();
    expect(existsSync(fixture.runDirectory)).toBe(false);
    expect(fixture.git('fsck', '--strict', '--no-dangling')).toBe('');
    expect(fixture.git('ls-tree', '-r', '--name-only', BRANCH).split('\n')).toHaveLength(305);
    fixture.git('gc', '--quiet', '--prune=now');
    expect(fixture.git('show', `${BRANCH}:two`)).toBe('2');
  });

  it('is harmless when repeated, and goes on from an earlier one', async () => {
    const one = await change('one', 'echo 1 > one');
    await workspaces.merge(one, 'feat: one');
    await workspaces.deliver(BRANCH, one);
    await workspaces.deliver(BRANCH, one);
    await change('two', 'echo 2 > two').then((commit) => workspaces.merge(commit, 'feat: two'));
    await workspaces.deliver(BRANCH, await workspaces.head());
    expect(fixture.git('rev-parse', BRANCH)).toBe(await workspaces.head());
  });

  it('works when the base was rewritten away and collected', async () => {
    fixture.git('commit', '-q', '--amend', '-m', 'rewritten');
    const commit = await change('task', 'echo x > x.txt');
    await workspaces.deliver(BRANCH, commit);
    expect(fixture.git('log', '--format=%s', BRANCH)).toBe('feat: task\nfirst');
    expect(fixture.git('fsck', '--strict', '--no-dangling')).toBe('');
  });

  const REFUSALS = [
    {
      name: 'a branch of that name with other commits',
      prepare: `git branch ${BRANCH} && git checkout -q ${BRANCH} && git commit -q --allow-empty -m other && git checkout -q main`,
    },
    { name: 'a branch that is checked out', prepare: `git checkout -q -b ${BRANCH}` },
    { name: 'a branch named forge', prepare: 'git branch forge' },
  ];
  it.each(REFUSALS)('refuses $name and changes nothing', async ({ prepare }) => {
    fixture.shell(prepare);
    const refs = fixture.git('for-each-ref');
    const commit = await change('task', 'echo x > x.txt');
    await expect(workspaces.deliver(BRANCH, commit)).rejects.toMatchObject({
      code: 'DEPLOY_FAILED',
      details: { fix: expect.any(String) },
    });
    expect(fixture.git('for-each-ref')).toBe(refs);
  });

  it('refuses a name outside forge/', async () => {
    await expect(workspaces.deliver('main', workspaces.base.commit)).rejects.toMatchObject({ code: 'INTERNAL' });
  });
});

describe('a run that is opened again', () => {
  it('keeps its base when HEAD has moved on, and its branch', async () => {
    fixture.write('untracked', 'x');
    const { base } = workspaces;
    const one = await change('one', 'echo 1 > one');
    await workspaces.merge(one, 'feat: one');
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
    expect(await later.merge(commit ?? '', MESSAGE)).toEqual({ ok: true, commit });
  });

  it('makes a clone anew that was not finished', async () => {
    rmSync(join(fixture.runDirectory, 'clone.json'));
    rmSync(join(fixture.runDirectory, 'clone', 'HEAD'));
    expect(await (await fixture.workspaces()).head()).toBe(workspaces.base.commit);
  });

  it('shows its diff from the clone, and from the branch when that is all there is', async () => {
    await change('one', 'echo 1 > one.txt').then((commit) => workspaces.merge(commit, 'feat: one\n\nForge-Run: R1'));
    await change('two', 'echo 2 > two.txt').then((commit) => workspaces.merge(commit, 'feat: two\n\nForge-Run: R1'));
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
    const options = { runId: 'R2', branch: 'forge/R2-x', env: fixture.env, clock: { now: () => 0 } };
    const repository = await openRepository(linked, fixture);
    workspaces = await createRunWorkspaces({ ...options, repository, directory: join(fixture.directory, 'run') });
    await workspaces.deliver('forge/R2-x', await change('task', 'echo x > x'));
    expect(fixture.git('show', 'forge/R2-x:x')).toBe('x');
    expect(fixture.shell('git status --short', linked)).toBe('');
  });

  it('a shallow clone', async () => {
    fixture.write('b.txt', 'b');
    fixture.commitAll('second');
    fixture.shell(`git clone -q --depth 1 file://${fixture.root} ../shallow`);
    const repository = await openRepository(join(fixture.directory, 'shallow'), fixture);
    const options = { runId: 'R2', branch: 'forge/R2-x', env: fixture.env, clock: { now: () => 0 } };
    workspaces = await createRunWorkspaces({ ...options, repository, directory: join(fixture.directory, 'run') });
    const [one, two] = [
      await change('one', 'echo 1 > one; git log --oneline | wc -l'),
      await change('two', 'echo 2 > two'),
    ];
    await workspaces.merge(one, 'feat: one');
    await workspaces.merge(two, 'feat: two');
    await workspaces.deliver('forge/R2-x', await workspaces.head());
    expect(
      fixture.shell('git fsck --no-dangling; git log --format=%s forge/R2-x', join(fixture.directory, 'shallow')),
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
