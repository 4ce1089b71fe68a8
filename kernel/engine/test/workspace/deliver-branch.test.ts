import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunWorkspacesHere } from '../../src/workspace/index.ts';
import {
  BRANCH,
  changeIn,
  differences,
  fingerprint,
  type RepositoryFixture,
  repositoryFixture,
  merge,
} from './repository-fixture.ts';

let fixture: RepositoryFixture;
let workspaces: RunWorkspacesHere;
beforeEach(async () => {
  fixture = repositoryFixture();
  workspaces = await fixture.workspaces();
});
afterEach(() => fixture.remove());

const change = (name: string, script: string) => changeIn(fixture, workspaces, name, script);

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
    await change('one', 'for i in $(seq 300); do echo $i > f$i; done').then((c) => merge(workspaces, c));
    await change('two', 'echo 2 > two').then((c) => merge(workspaces, c));
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
    await merge(workspaces, one);
    await workspaces.deliver(BRANCH, one);
    await workspaces.deliver(BRANCH, one);
    await change('two', 'echo 2 > two').then((commit) => merge(workspaces, commit));
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
