import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Remotes } from '@forge/core';
import { type Clock, forgeError } from '@forge/plugin-api';
import type { CloneState, Repository } from '@forge/sdk';
import { problemOf } from './http/problem.ts';

/** The repositories that the server has cloned. All others are left alone by each of these. */
export interface Clones {
  /** Clones it in the background, unless it is there or under way. */
  begin(repository: Repository): void;
  /** Undefined for a repository that was not cloned. */
  stateOf(repository: Repository): CloneState | undefined;
  /** Brings it up to date. Rejects with REPOSITORY_NOT_READY, and with what keeps it from being up to date. */
  refresh(repository: Repository): Promise<void>;
  /** Pushes a branch to where it was cloned from. Rejects with UNSUPPORTED for a repository that was not cloned. */
  push(repository: Repository, branch: string): Promise<void>;
  /** Ends what is under way, and removes all that was cloned, with the runs and branches in there. */
  remove(repository: Repository): Promise<void>;
  close(): Promise<void>;
}

interface Clone {
  readonly stop: AbortController;
  /** One thing at a time. Never rejects. */
  turn: Promise<void>;
  cloning: boolean;
  progress?: string;
  fetchedAt?: number;
  error?: unknown;
}

/** Where the runs of a clone are kept: not inside of it, where what comes with a fetch could take their place. */
export function stateFolderOf({ path, url }: Repository): string | undefined {
  return url === undefined ? undefined : join(dirname(dirname(path)), 'clone-state', basename(path));
}

export function createClones({ remotes, clock }: { readonly remotes: Remotes; readonly clock: Clock }): Clones {
  const clones = new Map<string, Clone>();

  function cloneOf({ path }: Repository): Clone {
    const known = clones.get(path) ?? { stop: new AbortController(), turn: Promise.resolve(), cloning: false };
    clones.set(path, known);
    return known;
  }

  /** After what is under way. */
  function inTurn(clone: Clone, work: () => Promise<void>): Promise<void> {
    const done = clone.turn.then(work);
    clone.turn = done.catch(() => {});
    return done;
  }

  async function follow(clone: Clone, directory: string, url: string): Promise<void> {
    clone.stop.signal.throwIfAborted();
    await remotes.follow(directory, url, {
      signal: clone.stop.signal,
      onProgress: (line) => {
        clone.progress = line;
      },
    });
    clone.fetchedAt = clock.now();
  }

  async function make(clone: Clone, path: string, url: string): Promise<void> {
    // No id has such a name.
    const unfinished = `${path}~`;
    try {
      await rm(unfinished, { recursive: true, force: true });
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await follow(clone, unfinished, url);
      // In one step: what is there is complete.
      await rename(unfinished, path);
      delete clone.error;
    } catch (error) {
      clone.error = error;
      await rm(unfinished, { recursive: true, force: true });
    } finally {
      clone.cloning = false;
      delete clone.progress;
    }
  }

  return {
    begin(repository) {
      const { path, url } = repository;
      if (url === undefined || existsSync(path)) return;
      const clone = cloneOf(repository);
      if (clone.cloning) return;
      clone.cloning = true;
      void inTurn(clone, () => make(clone, path, url));
    },
    stateOf(repository) {
      if (repository.url === undefined) return undefined;
      const { cloning, progress, fetchedAt, error } = cloneOf(repository);
      return {
        state: cloning ? 'cloning' : existsSync(repository.path) ? 'ready' : 'failed',
        ...(progress === undefined ? {} : { progress }),
        ...(fetchedAt === undefined ? {} : { fetchedAt }),
        ...(error === undefined || cloning ? {} : { problem: problemOf(error) }),
      };
    },
    async refresh(repository) {
      const { id, path, url } = repository;
      if (url === undefined) return;
      const clone = cloneOf(repository);
      if (clone.cloning) throw notReady(repository);
      if (!existsSync(path)) throw clone.error ?? notReady(repository);
      await inTurn(clone, () => follow(clone, path, url));
      delete clone.progress;
      if (!existsSync(path)) throw forgeError('REPOSITORY_UNKNOWN', `${id} was removed meanwhile`);
    },
    async push(repository, branch) {
      const { id, path, url } = repository;
      if (url === undefined)
        throw forgeError('UNSUPPORTED', `${id} was not cloned by this server`, {
          fix: `push from the repository itself: git -C ${path} push <remote> ${branch}`,
        });
      const clone = cloneOf(repository);
      await inTurn(clone, () => remotes.push(path, url, { branch, signal: clone.stop.signal }));
    },
    async remove(repository) {
      const state = stateFolderOf(repository);
      if (state === undefined) return;
      const clone = cloneOf(repository);
      clone.stop.abort(forgeError('STOPPED', `${repository.id} was removed`));
      await clone.turn;
      clones.delete(repository.path);
      for (const folder of [repository.path, state]) await rm(folder, { recursive: true, force: true });
    },
    async close() {
      for (const { stop } of clones.values()) stop.abort(forgeError('STOPPED', 'The server is ending'));
      await Promise.all([...clones.values()].map(({ turn }) => turn));
    },
  };
}

export function notReady({ id }: Repository): Error {
  return forgeError('REPOSITORY_NOT_READY', `The repository ${id} is not cloned yet`, {
    fix: `GET /api/repositories/${id} says how far that is, and why it failed if it did`,
    retryAfterMs: 5_000,
    transient: true,
  });
}
