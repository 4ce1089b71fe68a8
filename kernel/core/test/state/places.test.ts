import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findPlaces } from '../../src/state/places.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('findPlaces', () => {
  it.each([
    ['a clone', { '.git/HEAD': '' }],
    ['a worktree or submodule', { '.git': 'gitdir: /elsewhere' }],
  ])('finds the top of %s from below', (_name, files) => {
    const top = temporaryFolder({ ...files, 'a/b/c': '' });
    const places = findPlaces(join(top, 'a/b'), { HOME: '/home/me' });
    expect(places).toMatchObject({ repository: top, project: top, state: join(top, '.forge') });
  });

  it('takes the folder itself outside of a repository, and leaves nothing in it', () => {
    const folder = temporaryFolder();
    expect(findPlaces(folder, { HOME: '/home/me' })).toMatchObject({
      repository: undefined,
      project: folder,
      state: '/home/me/.local/state/forge/outside',
    });
  });

  it.each<[Record<string, string>, Record<string, string>]>([
    [
      { HOME: '/home/me' },
      {
        userConfig: '/home/me/.config/forge',
        userState: '/home/me/.local/state/forge',
        userCache: '/home/me/.cache/forge',
      },
    ],
    [
      { HOME: '/home/me', XDG_CONFIG_HOME: '/c', XDG_STATE_HOME: '/s', XDG_CACHE_HOME: '/k' },
      { userConfig: '/c/forge', userState: '/s/forge', userCache: '/k/forge' },
    ],
    [{ HOME: '/home/me', XDG_CONFIG_HOME: 'relative' }, { userConfig: '/home/me/.config/forge' }],
    [{ HOME: '/home/me', FORGE_HOME: '/data/forge' }, { state: '/data/forge' }],
    [{ HOME: '/home/me', FORGE_HOME: 'data' }, { state: '/data' }],
    [{ HOME: '/home/me', FORGE_HOME: '' }, { state: '/home/me/.local/state/forge/outside' }],
  ])('%j', (env, expected) => {
    expect(findPlaces('/', env)).toMatchObject(expected);
  });
});
