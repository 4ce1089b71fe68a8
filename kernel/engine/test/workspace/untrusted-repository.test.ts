import { appendFileSync, chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BRANCH, merge, RUN_ID, type RepositoryFixture, repositoryFixture } from './repository-fixture.ts';

let fixture: RepositoryFixture;
beforeEach(() => {
  fixture = repositoryFixture();
  mkdirSync(join(fixture.directory, 'pwned'));
});
afterEach(() => fixture.remove());

/** A command line that leaves a trace, and what traces there are. */
const trap = (name: string) => `touch ${fixture.directory}/pwned/${name}; cat 2>/dev/null`;
const traces = () => readdirSync(join(fixture.directory, 'pwned')).toSorted();

const HOOKS = [
  ...['applypatch-msg', 'pre-applypatch', 'post-applypatch', 'pre-commit', 'pre-merge-commit', 'prepare-commit-msg'],
  ...['commit-msg', 'post-commit', 'pre-rebase', 'post-checkout', 'post-merge', 'pre-push', 'pre-receive', 'update'],
  ...['proc-receive', 'post-receive', 'post-update', 'reference-transaction', 'push-to-checkout', 'pre-auto-gc'],
  ...['post-rewrite', 'fsmonitor-watchman', 'post-index-change'],
];

function layHooks(gitDirectory: string): void {
  for (const hook of HOOKS) {
    const path = join(gitDirectory, 'hooks', hook);
    mkdirSync(join(gitDirectory, 'hooks'), { recursive: true });
    writeFileSync(path, `#!/bin/sh\n${trap(`hook-${hook}`)}\n`);
    chmodSync(path, 0o755);
  }
}

/** Everything a configuration can name that runs a program. */
function hostileConfiguration(): string {
  const run = (name: string) => JSON.stringify(trap(name));
  return [
    `[core]\n fsmonitor = ${run('fsmonitor')}\n sshCommand = ${run('ssh')}\n pager = ${run('pager')}\n editor = ${run('editor')}`,
    ` askPass = ${run('askpass')}\n gitProxy = ${run('proxy')}\n alternateRefsCommand = ${run('alternate-refs')}\n`,
    `[filter "evil"]\n clean = ${run('clean')}\n smudge = ${run('smudge')}\n required = true\n`,
    `[filter "process"]\n process = ${run('process')}\n required = true\n`,
    `[diff "evil"]\n textconv = ${run('textconv')}\n command = ${run('diff-command')}\n`,
    `[diff]\n external = ${run('diff-external')}\n`,
    `[merge "evil"]\n driver = ${run('merge-driver')}\n`,
    `[credential]\n helper = ${JSON.stringify(`!${trap('credential')}`)}\n`,
    `[commit]\n gpgSign = true\n[gpg]\n program = ${run('gpg')}\n[gpg "ssh"]\n program = ${run('gpg-ssh')}\n`,
    `[alias]\n status = ${JSON.stringify(`!${trap('alias')}`)}\n add = ${JSON.stringify(`!${trap('alias')}`)}\n`,
    `[uploadpack]\n packObjectsHook = ${run('pack-objects')}\n`,
    `[url "ext::sh -c '${trap('ext')}' %S"]\n insteadOf = /\n[protocol "ext"]\n allow = always\n`,
    `[remote "origin"]\n url = ext::sh -c '${trap('remote')}'\n uploadpack = ${run('uploadpack')}\n promisor = true\n`,
    `[submodule "sub"]\n url = ext::sh -c '${trap('submodule')}'\n update = ${JSON.stringify(`!${trap('submodule-update')}`)}\n active = true\n`,
  ].join('');
}

const ATTRIBUTES = '* filter=evil diff=evil merge=evil\n*.process filter=process\n';

function layTraps(): void {
  fixture.write('.gitattributes', ATTRIBUTES);
  fixture.write('x.process', 'content');
  fixture.write(
    '.gitmodules',
    `[submodule "sub"]\n path = sub\n url = ext::sh -c '${trap('gitmodules')}'\n update = !${trap('update')}\n`,
  );
  fixture.shell('git init -q --bare embedded && git init -q sub && git -C sub commit -q --allow-empty -m inner');
  appendFileSync(join(fixture.root, 'embedded/config'), hostileConfiguration());
  layHooks(join(fixture.root, 'embedded'));
  fixture.commitAll('traps');
  layHooks(join(fixture.root, '.git'));
  appendFileSync(join(fixture.root, 'sub/.git/config'), hostileConfiguration());
  writeFileSync(join(fixture.root, '.git/included'), hostileConfiguration().replaceAll('evil', 'included'));
  writeFileSync(
    join(fixture.root, '.git/config.worktree'),
    `[core]\n fsmonitor = ${JSON.stringify(trap('worktree'))}\n`,
  );
  appendFileSync(
    join(fixture.root, '.git/config'),
    '[include]\n path = included\n[extensions]\n worktreeConfig = true\n',
  );
  appendFileSync(join(fixture.root, '.git/config'), hostileConfiguration());
  fixture.shell('touch -d 2001-01-01 README.md src/a.txt x.process; echo dirty >> src/run.sh; touch sub/dirty');
}

describe('an untrusted repository', () => {
  it('runs its traps under plain git, or this test would prove nothing', () => {
    layTraps();
    fixture.shell('git diff src/run.sh; git add -A; git checkout -q -b other; git log -p --ext-diff; true');
    expect(traces()).toEqual(expect.arrayContaining(['clean', 'diff-command', 'fsmonitor', 'process']));
  });

  it('is data: a whole run of git work executes nothing of it', async () => {
    layTraps();
    const workspaces = await fixture.workspaces();
    const { base } = workspaces;
    expect(base).toMatchObject({ dirty: true, branch: 'main' });
    expect((await workspaces.facts(workspaces.base.commit)).fileCount).toBeGreaterThan(10);
    const checkout = await workspaces.checkout('one', base.commit);
    const other = await workspaces.checkout('two', base.commit);
    for (const [{ path }, word] of [
      [checkout, 'ONE'],
      [other, 'TWO'],
    ] as const) {
      writeFileSync(join(path, 'src/a.txt'), word);
      writeFileSync(join(path, 'x.process'), word);
      writeFileSync(join(path, `${word}.txt`), word);
    }
    await checkout.snapshot('1');
    writeFileSync(join(checkout.path, 'src/a.txt'), 'later');
    await checkout.restore('1');
    const [one, two] = [await checkout.commit(`feat: one\n\nForge-Run: ${RUN_ID}`), await other.commit('feat: two')];
    expect(await merge(workspaces, one ?? '')).toMatchObject({ ok: true });
    expect(await merge(workspaces, two ?? '')).toMatchObject({ ok: false });
    expect(await workspaces.changedFiles(base.commit, one ?? '')).toHaveLength(3);
    expect(await workspaces.diff(base.commit, one ?? '', 10_000)).toContain('+ONE');
    expect(await workspaces.readFile(one ?? '', 'ONE.txt')).toBe('ONE');
    await checkout.reset();
    await workspaces.deliver(BRANCH, await workspaces.head());
    await workspaces.remove();
    const later = await fixture.workspaces();
    expect(await later.wholeDiff()).not.toBe('');
    expect(traces()).toEqual([]);
  });

  it('does not read a bare repository that a commit carries', async () => {
    layTraps();
    rmSync(join(fixture.root, '.git'), { recursive: true });
    const error = await fixture.workspaces().catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'NOT_A_REPOSITORY' });
    expect(traces()).toEqual([]);
  });
});

describe('what an agent leaves in its checkout', () => {
  /** Each leaves a checkout in which plain git would run something. */
  const TRICKS: { name: string; script: () => string }[] = [
    { name: 'configuration of its own git', script: () => 'cp "$HOSTILE" .git/config' },
    { name: 'hooks of its own git', script: () => 'cp -r "$HOOKED/hooks" .git/' },
    { name: 'a git file that points elsewhere', script: () => 'rm -rf .git; echo "gitdir: $HOOKED" > .git' },
    { name: 'a git link to the person’s repository', script: () => `rm -rf .git; ln -s ${fixture.root}/.git .git` },
    { name: 'a repository inside', script: () => 'cp -r "$HOOKED" inner; mv inner/git inner/.git' },
    {
      name: 'a repository inside with a commit',
      script: () =>
        'git init -q inner; git -C inner commit -q --allow-empty -m x; cp "$HOSTILE" inner/.git/config; touch inner/file',
    },
    { name: 'a git file inside', script: () => 'mkdir inner; touch inner/x; echo "gitdir: $HOOKED" > inner/.git' },
    {
      name: 'a populated submodule',
      script: () =>
        'git -c protocol.file.allow=always clone -q "$INNER" sub 2>/dev/null; cp "$HOSTILE" sub/.git/config; touch sub/file',
    },
    {
      name: 'attributes',
      script: () =>
        'echo "* filter=evil diff=evil merge=evil" > .gitattributes; echo "* filter=evil" > .git/info/attributes',
    },
    { name: 'a bare repository inside', script: () => 'cp -r "$HOOKED" bare' },
    { name: 'files where the git folder keeps them', script: () => 'cp -r "$HOOKED"/* .' },
  ];

  it.each(TRICKS)('runs nothing in the engine: $name', async ({ script }) => {
    fixture.shell('git init -q ../inner; git -C ../inner commit -q --allow-empty -m inner');
    fixture.shell('git update-index --add --cacheinfo 160000,$(git -C ../inner rev-parse HEAD),sub');
    fixture.git('commit', '-q', '-m', 'with a submodule');
    const hooked = join(fixture.directory, 'hooked');
    mkdirSync(join(hooked, 'git'), { recursive: true });
    fixture.shell(`git init -q --bare ${hooked}/git; cp -r ${hooked}/git/. ${hooked}`);
    for (const place of [hooked, join(hooked, 'git')]) {
      layHooks(place);
      writeFileSync(join(place, 'config'), `[core]\n bare = false\n${hostileConfiguration()}`);
    }
    const workspaces = await fixture.workspaces();
    const checkout = await workspaces.checkout('task', workspaces.base.commit);
    const variables = `HOSTILE=${hooked}/config HOOKED=${hooked} INNER=${fixture.directory}/inner`;
    fixture.shell(`export ${variables}; ${script()}; echo changed >> README.md`, checkout.path);
    rmSync(join(fixture.directory, 'pwned'), { recursive: true });
    mkdirSync(join(fixture.directory, 'pwned'));

    await checkout.snapshot('1');
    const commit = await checkout.commit('feat: x');
    await checkout.snapshot('1');
    await merge(workspaces, commit ?? '');
    await workspaces.diff(workspaces.base.commit, commit ?? '', 10_000);
    await checkout.restore('1');
    await checkout.reset();
    await workspaces.deliver(BRANCH, commit ?? '');
    expect(traces()).toEqual([]);
    expect(fixture.git('ls-tree', BRANCH, 'sub')).toContain('160000 commit');
    expect(fixture.git('show', `${BRANCH}:README.md`)).toBe('# Sample\nchanged');
    expect(existsSync(join(fixture.root, '.git/HEAD'))).toBe(true);
  });
});
