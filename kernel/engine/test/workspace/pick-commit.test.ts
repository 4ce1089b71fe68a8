import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunWorkspacesHere } from '../../src/workspace/index.ts';
import { BRANCH, changeIn, merge, type RepositoryFixture, repositoryFixture } from './repository-fixture.ts';

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
    expect(await merge(workspaces, two)).toEqual({ ok: true, commit: two });
    await merge(workspaces, one);
    const last = await merge(workspaces, three);
    expect(last).toEqual({ ok: true, commit: await workspaces.head() });
    await workspaces.deliver(BRANCH, await workspaces.head());
    expect(fixture.git('log', '--format=%s', BRANCH)).toBe('feat: three\nfeat: one\nfeat: two\nfirst');
    expect(fixture.git('show', `${BRANCH}:src/a.txt`)).toBe('one\nTWO\nthree');
  });

  it('changes nothing when repeated, in another process too', async () => {
    const [one, two] = [await change('one', 'echo 1 > one.txt'), await change('two', 'echo 2 > two.txt')];
    await merge(workspaces, one);
    await merge(workspaces, two);
    const head = await workspaces.head();
    const later = await fixture.workspaces();
    for (const again of [one, two, head, workspaces.base.commit]) {
      expect(await merge(later, again)).toEqual({ ok: true, commit: head });
    }
    expect(await later.head()).toBe(head);
  });

  it('reports conflicts as data and leaves the branch alone', async () => {
    const one = await change('one', 'sed -i s/two/ONE/ src/a.txt; echo x > both.txt; rm README.md');
    const two = await change(
      'two',
      'sed -i s/two/TWO/ src/a.txt; echo y > both.txt; echo more >> README.md; echo z > z.txt',
    );
    await merge(workspaces, one);
    const outcome = await merge(workspaces, two);
    expect(outcome).toMatchObject({ ok: false, conflicts: ['README.md', 'both.txt', 'src/a.txt'] });
    expect(await workspaces.readFile(outcome.commit, 'both.txt')).toMatch(/^<{7} .*\nx\n={7}\ny\n>{7} .*\n$/);
    expect(await workspaces.readFile(outcome.commit, 'z.txt')).toBe('z\n');
    expect(await workspaces.head()).toBe(one);
  });

  it('leaves out what a change found on its base, when that is there in another shape', async () => {
    const one = await change('one', 'sed -i s/two/TWO/ src/a.txt');
    const checkout = await workspaces.checkout('after-one', one);
    fixture.shell('sed -i s/three/THREE/ src/a.txt', checkout.path);
    const after = (await checkout.commit('feat: after')) ?? '';
    const other = await change('other', 'sed -i s/two/2/ src/a.txt; echo o > o.txt');
    const picked = await workspaces.pick({ base: one, commit: after }, other);
    expect(picked.ok).toBe(false);
    const apart = await change('apart', 'echo p > p.txt');
    const clean = await workspaces.pick({ base: workspaces.base.commit, commit: apart }, after);
    expect(await workspaces.readFile(clean.commit, 'src/a.txt')).toBe('one\nTWO\nTHREE\n');
    expect(await workspaces.readFile(clean.commit, 'p.txt')).toBe('p\n');
  });

  it('answers the same commit again, in another process and at another time', async () => {
    const [one, two] = [await change('one', 'echo 1 > one.txt'), await change('two', 'echo 2 > two.txt')];
    const request = [{ base: workspaces.base.commit, commit: two }, one] as const;
    const first = await workspaces.pick(...request);
    const later = await fixture.workspaces({ now: () => 1_800_000_000_000 });
    expect(await later.pick(...request)).toEqual(first);
  });

  it('refuses to move the branch to what does not continue it', async () => {
    const [one, two] = [await change('one', 'echo 1 > one.txt'), await change('two', 'echo 2 > two.txt')];
    await workspaces.advance(one);
    await workspaces.advance(workspaces.base.commit);
    expect(await workspaces.head()).toBe(one);
    await expect(workspaces.advance(two)).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  it('adds no empty commit for a change that is there already', async () => {
    const [one, same] = [await change('one', 'echo 1 > same.txt'), await change('two', 'echo 1 > same.txt')];
    await merge(workspaces, one);
    expect(await merge(workspaces, same)).toEqual({ ok: true, commit: one });
  });
});
