import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunWorkspacesHere } from '../../src/workspace/index.ts';
import { changeIn, type RepositoryFixture, repositoryFixture } from './repository-fixture.ts';

let fixture: RepositoryFixture;
let workspaces: RunWorkspacesHere;
beforeEach(async () => {
  fixture = repositoryFixture();
  workspaces = await fixture.workspaces();
});
afterEach(() => fixture.remove());

/** Two changes that clash in `src/a.txt`; each does something else, too. */
async function resolvedBy(script: string, sides: { readonly ours?: string; readonly theirs?: string } = {}) {
  const ours = `sed -i s/two/OURS/ src/a.txt; echo o > ours.txt; ${sides.ours ?? ''}`;
  const theirs = `sed -i s/two/THEIRS/ src/a.txt; echo t > theirs.txt; ${sides.theirs ?? ''}`;
  const [onto, commit] = [
    await changeIn(fixture, workspaces, 'ours', ours),
    await changeIn(fixture, workspaces, 'theirs', theirs),
  ];
  const base = workspaces.base.commit;
  const picked = await workspaces.pick({ base, commit }, onto);
  if (picked.ok) throw new Error('there is no conflict');
  const checkout = await workspaces.checkout('conflict', picked.commit);
  fixture.shell(script, checkout.path);
  const resolved = (await checkout.commit('fix: both')) ?? picked.commit;
  const { conflicts, commit: marked } = picked;
  const faults = await workspaces.resolutionFaults({ base, onto, theirs: commit, conflicts, marked, resolved });
  return { faults, resolved, onto, commit };
}

const both = "printf 'one\\nOURS THEIRS\\nthree\\n' > src/a.txt";

describe('a resolved conflict', () => {
  it('is a merge when both sides are in it, and becomes one commit on top of the branch', async () => {
    const { faults, resolved, onto, commit: theirs } = await resolvedBy(both);
    expect(faults).toEqual([]);
    const commit = await workspaces.replant(resolved, onto, theirs);
    await workspaces.advance(onto);
    await workspaces.advance(commit);
    expect((await workspaces.listFiles(commit)).filter((path) => path.endsWith('s.txt'))).toEqual([
      'ours.txt',
      'theirs.txt',
    ]);
    expect(await workspaces.replant(resolved, onto, theirs)).toBe(commit);
  });

  it.each([
    ['nothing was resolved', 'true', ['src/a.txt still has conflict marks']],
    ['a mark was forgotten', `${both}; echo '>>>>>>> theirs' >> src/a.txt`, ['src/a.txt still has conflict marks']],
    [
      'the old content came back',
      "printf 'one\\ntwo\\nthree\\n' > src/a.txt",
      ['src/a.txt is as it was before both changes: what they did to it is lost'],
    ],
    ['a file of the one side is gone', `${both}; rm ours.txt`, ['ours.txt is gone, although a change made it']],
    ['a file of the other side is gone', `${both}; rm theirs.txt`, ['theirs.txt is gone, although a change made it']],
    [
      'all of the task’s change is gone',
      "printf 'one\\nOURS\\nthree\\n' > src/a.txt; rm theirs.txt",
      ['theirs.txt is gone, although a change made it', 'nothing of the task’s own change is left'],
    ],
  ])('is none when %s', async (_, script, faults) => {
    expect((await resolvedBy(script)).faults).toEqual(faults);
  });

  it('may take the one side where both did the same thing in their own way', async () => {
    expect((await resolvedBy("printf 'one\\nTHEIRS\\nthree\\n' > src/a.txt")).faults).toEqual([]);
  });

  it('may hold lines that look like marks where a side had them by right', async () => {
    const sides = { theirs: "printf '<<<<<<< an example\\n' > guide.txt" };
    expect((await resolvedBy(both, sides)).faults).toEqual([]);
  });
});
