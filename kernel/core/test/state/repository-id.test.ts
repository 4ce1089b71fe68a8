import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryId } from '../../src/state/repository-id.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const config = (url: string) =>
  `[core]\n\tbare = false\n[remote "other"]\n\turl = https://x.y/no\n[remote "origin"]\n\tfetch = +a\n\turl = ${url}\n`;

describe('repositoryId', () => {
  it.each([
    ['https://github.com/acme/shop.git', 'github.com/acme/shop'],
    ['https://user:token@GitHub.com/acme/shop', 'github.com/acme/shop'],
    ['git@github.com:acme/shop.git', 'github.com/acme/shop'],
    ['ssh://git@git.acme.io:2222/team/shop.git/', 'git.acme.io/team/shop'],
    ['"https://github.com/acme/shop"', 'github.com/acme/shop'],
  ])('of a clone of %s is where that is', (url, expected) => {
    expect(repositoryId(temporaryFolder({ '.git/config': config(url) }))).toBe(expected);
  });

  it.each(['/srv/git/shop.git', '../shop', 'file:///srv/git/shop.git'])('of a clone of %s is its own folder', (url) => {
    const folder = temporaryFolder({ 'shop/.git/config': config(url) });
    expect(repositoryId(join(folder, 'shop'))).toMatch(/^shop-[0-9a-f]{12}$/);
  });

  it('differs for folders of one name, and stays the same for one folder', () => {
    const folder = temporaryFolder({ 'a/shop/.git/HEAD': '', 'b/shop/.git/HEAD': '' });
    const ids = ['a/shop', 'b/shop', 'a/shop'].map((path) => repositoryId(join(folder, path)));
    expect(ids[0]).toBe(ids[2]);
    expect(ids[0]).not.toBe(ids[1]);
  });

  it('is that of the clone in a worktree', () => {
    const folder = temporaryFolder({
      'main/.git/config': config('https://github.com/acme/shop'),
      'main/.git/worktrees/w/commondir': '../..\n',
    });
    const worktree = temporaryFolder({ '.git': `gitdir: ${folder}/main/.git/worktrees/w\n` });
    expect(repositoryId(worktree)).toBe('github.com/acme/shop');
  });
});
