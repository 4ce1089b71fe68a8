import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scrubbedEnvironment } from '../../src/process/index.ts';
import type { RunWorkspacesHere } from '../../src/workspace/index.ts';
import {
  BRANCH,
  differences,
  fingerprint,
  merge,
  type RepositoryFixture,
  repositoryFixture,
} from './repository-fixture.ts';

let fixture: RepositoryFixture;
let workspaces: RunWorkspacesHere;
beforeEach(async () => {
  fixture = repositoryFixture();
  fixture.shell('git branch other; git tag v1; echo s >> README.md; git stash -q; git remote add origin ../none');
  fixture.shell('echo staged > staged.txt; git add staged.txt; echo dirty >> src/a.txt; touch untracked.txt');
  fixture.shell('printf "#!/bin/sh\\n" > .git/hooks/pre-commit; chmod +x .git/hooks/pre-commit');
  workspaces = await fixture.workspaces();
});
afterEach(() => fixture.remove());

/** What an agent, confused or told so by what it read, may try with git in its checkout. */
const COMMANDS = [
  'git config --global user.name Evil; git config --global core.hooksPath /tmp; git config --system user.name Evil',
  'git config user.name Evil; git config core.fsmonitor "touch /tmp/x"; git config --worktree core.bare true',
  'git push; git push origin HEAD; git push --force --all; git push --mirror; git push .. HEAD:main',
  'git remote add up "$(git rev-parse --git-common-dir)"; git push up HEAD:refs/heads/pushed; git fetch up',
  'git gc --prune=now --aggressive; git prune --expire=now; git repack -a -d -F; git prune-packed; git pack-refs --all',
  'git reflog expire --expire=now --all; git gc --prune=all; git maintenance run --task=gc; git multi-pack-index write',
  'git worktree add ../elsewhere; git worktree prune; git worktree remove --force .; git worktree list',
  'echo x >> README.md; git stash; git stash pop; git stash clear; git stash drop',
  'git update-ref refs/heads/main 0000000000000000000000000000000000000000; git update-ref -d HEAD; git update-ref -d refs/heads/other',
  'git symbolic-ref HEAD refs/heads/other; git branch -D main other; git branch -M main; git tag -d v1',
  'git checkout -f --orphan nothing; git rm -rfq --cached .; git commit -q --allow-empty -m x; git commit -q --amend -m y',
  'git reset --hard HEAD~5; git reset --hard HEAD; git clean -ffdx; git checkout -f main',
  'git rebase --root -f; git filter-branch -f --msg-filter cat; git replace HEAD HEAD; git notes add -m x',
  'git submodule add ../x; git init; git init --bare; git clone . inner; git fetch --all --prune; git pull',
  'git read-tree --empty; git update-index --assume-unchanged README.md; git update-index --skip-worktree src/a.txt',
  'git bundle create x.bundle --all; git fast-import < /dev/null; git hash-object -w README.md; git unpack-objects < /dev/null',
  'git config --unset-all core.repositoryformatversion; rm -rf .git; git status; git add -A; git commit -m x; git stash -u',
  'rm -rf .git; git init; git add -A; git -c user.name=a -c user.email=b commit -q -m x; git push --force origin HEAD:main',
  'cd ../..; git status; git stash -u; git checkout -f main',
  'cd ..; git status; git add -A; git commit -m x; git reset --hard; git stash -u; git checkout -f main; git clean -ffdx',
];

describe('git commands of an agent in its checkout', () => {
  it.each(COMMANDS)('leave the person’s repository as it is: %s', async (script) => {
    const { path, commit } = await workspaces.checkout('task', workspaces.base.commit);
    const before = { root: fingerprint(fixture.root, ['.forge']), home: fingerprint(fixture.home) };
    const home = join(fixture.runDirectory, 'home');
    fixture.shell(`mkdir -p ${home}`);
    const env = scrubbedEnvironment({ source: fixture.env, home, temporaryDirectory: home });
    const assignments = Object.entries(env).map(([name, value]) => `${name}='${value}'`);
    fixture.shell(`env -i ${assignments.join(' ')} sh -c '${script}' >/dev/null 2>&1 || true`, path);
    expect(differences(before.root, fingerprint(fixture.root, ['.forge']))).toEqual([]);
    expect(differences(before.home, fingerprint(fixture.home))).toEqual([]);

    // And the run goes on: its own refs, objects and index are out of reach.
    writeFileSync(join(path, 'work.txt'), 'work');
    const made = await commit('feat: work');
    expect(await merge(workspaces, made ?? '')).toMatchObject({ ok: true });
    await workspaces.deliver(BRANCH, await workspaces.head());
    expect(fixture.git('show', `${BRANCH}:work.txt`)).toBe('work');
    expect(fixture.git('fsck', '--no-dangling')).toBe('');
  });
});
