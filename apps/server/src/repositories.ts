import { existsSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative } from 'node:path';
import { type Clock, forgeError, z } from '@forge/plugin-api';
import { type Repository, repositorySchema } from '@forge/sdk';
import type { StateFolder } from './state/state-folder.ts';

/** The repositories in which runs may be started over HTTP. */
export interface Repositories {
  list(): readonly Repository[];
  /** By id or path (any folder in it); without either the only one. Throws REPOSITORY_UNKNOWN. */
  find(idOrPath: string | undefined): Repository;
  /** The top of the repository around a folder. Adding it again changes nothing. */
  add(path: string, id?: string): Promise<Repository>;
  /** One that lies elsewhere, and is to be cloned to its `path`. Adding it again changes nothing. */
  addRemote(url: string, id?: string): Promise<Repository>;
  /** Its files stay. Throws REPOSITORY_UNKNOWN. */
  remove(id: string): Promise<void>;
}

const file = 'repositories.json';

export function createRepositories(folder: StateFolder, clock: Clock): Repositories {
  let known: readonly Repository[] = folder.read(file, z.array(repositorySchema)) ?? [];
  const save = async (next: readonly Repository[]): Promise<void> => {
    known = next;
    await folder.write(file, next);
  };
  const unknown = (why: string): Error =>
    forgeError('REPOSITORY_UNKNOWN', why, {
      why: known.length === 0 ? 'it has none' : `it has: ${known.map(({ id, path }) => `${id} (${path})`).join(', ')}`,
      fix: 'start the server in that repository, or add it: POST /api/repositories',
    });
  return {
    list: () => known,
    find(idOrPath) {
      const [only, second] = known;
      if (idOrPath === undefined) {
        if (only !== undefined && second === undefined) return only;
        throw unknown('The request must name a repository of this server');
      }
      const found = isAbsolute(idOrPath)
        ? known.find(({ path }) => contains(path, realPath(idOrPath)))
        : known.find(({ id }) => id === idOrPath);
      if (found === undefined) throw unknown(`This server has no repository ${idOrPath}`);
      return found;
    },
    async add(path, wanted) {
      const top =
        isAbsolute(path) && statSync(path, { throwIfNoEntry: false })?.isDirectory() ? topOf(path) : undefined;
      if (top === undefined)
        throw forgeError('NOT_A_REPOSITORY', `${path} is no folder in a git repository here`, {
          fix: 'give the absolute path of one on the machine of the server',
        });
      const same = known.find((repository) => repository.path === top);
      if (same !== undefined) return same;
      const id = freeId(wanted ?? slug(basename(top)), new Set(known.map((one) => one.id)));
      const added = { id, path: top, addedAt: clock.now() };
      await save([...known, added]);
      return added;
    },
    async addRemote(url, wanted) {
      const same = known.find((repository) => repository.url === url);
      if (same !== undefined) return same;
      const name = /([^/:]+?)(?:\.git)?\/*$/.exec(url)?.[1] ?? '';
      const id = freeId(wanted ?? slug(name), new Set(known.map((one) => one.id)));
      const added = { id, path: join(realPath(folder.path), 'clones', id), url, addedAt: clock.now() };
      await save([...known, added]);
      return added;
    },
    async remove(id) {
      if (!known.some((one) => one.id === id)) throw unknown(`This server has no repository ${id}`);
      await save(known.filter((one) => one.id !== id));
    },
  };
}

function contains(top: string, path: string): boolean {
  const inside = relative(top, path);
  return !inside.startsWith('..') && !isAbsolute(inside);
}

function topOf(path: string): string | undefined {
  for (let folder = realPath(path); ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

function realPath(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}

function slug(name: string): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+|[._-]+$/g, '')
    .slice(0, 60);
  return plain === '' ? 'repository' : plain;
}

function freeId(wanted: string, taken: ReadonlySet<string>): string {
  for (let number = 1; ; number += 1) {
    const id = number === 1 ? wanted : `${wanted}-${number}`;
    if (!taken.has(id)) return id;
  }
}
