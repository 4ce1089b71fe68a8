import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunWorkspacesHere } from '../../src/workspace/index.ts';
import { BRANCH, changeIn, type RepositoryFixture, repositoryFixture } from './repository-fixture.ts';

let fixture: RepositoryFixture;
let workspaces: RunWorkspacesHere;
beforeEach(async () => {
  fixture = repositoryFixture();
  workspaces = await fixture.workspaces();
});
afterEach(() => fixture.remove());

const change = (name: string, script: string) => changeIn(fixture, workspaces, name, script);

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
