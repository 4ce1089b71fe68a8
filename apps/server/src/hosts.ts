import { existsSync } from 'node:fs';
import type { Forge } from '@forge/core';
import type { Clock, ConfigLayer, ForgeEvent } from '@forge/plugin-api';
import type { Repository } from '@forge/sdk';
import { notReady, stateFolderOf } from './clones.ts';

/** `state`: where its runs are kept, when that is not inside of it. */
export type OpenRepository = (
  directory: string,
  flags: ConfigLayer | undefined,
  state: string | undefined,
) => Promise<Forge>;
export type EventListener = (event: ForgeEvent) => void;

/** The kernel for each repository, opened when it is first needed. */
export interface Hosts {
  /** As it was last opened; stays open. Rejects with what keeps it from opening, and tries again next time. */
  of(repository: Repository): Promise<Forge>;
  /** As the repository is configured now: opened anew when that has changed. */
  current(repository: Repository): Promise<Forge>;
  /** The same for one run, maybe with stronger settings. It stays open until it is given back, whatever changes. */
  borrow(repository: Repository, flags: ConfigLayer | undefined): Promise<{ readonly forge: Forge; release(): void }>;
  /** Events of one run, as its host publishes them. Some may be missed: the store has all. */
  listen(runId: string, listener: EventListener): () => void;
  /** Opens them all in the background, so that webhooks get what earlier processes could not deliver. */
  serveWebhooks(repositories: readonly Repository[]): void;
  forget(repository: Repository): Promise<void>;
  /** Rejects with all faults gathered. */
  close(): Promise<void>;
}

export interface HostsDeps {
  readonly open: OpenRepository;
  /** Changes with the configuration of a folder. */
  readonly stampOf: (directory: string) => string;
  readonly clock: Clock;
  onFault(error: unknown): void;
}

interface Host {
  readonly forge: Promise<Forge>;
  readonly repository: Repository;
  readonly stamp: string;
  /** Who has borrowed it. */
  users: number;
  /** Another one has taken its place, or it was for one run alone: it goes with its last user. */
  isLeaving: boolean;
}

/** Whoever had just got the host that another one replaced, for one request, may still finish that. */
const graceMs = 5_000;

export function createHosts({ open, stampOf, clock, onFault }: HostsDeps): Hosts {
  const hosts = new Map<string, Host>();
  const opening = new Map<string, Host>();
  const all = new Set<Host>();
  const listeners = new Map<string, Set<EventListener>>();
  const closing = new AbortController();

  const tell = (event: ForgeEvent): void => {
    for (const listener of listeners.get(event.traceId) ?? []) listener(event);
  };
  const keyOf = ({ path }: Repository, flags?: ConfigLayer): string =>
    flags === undefined ? path : `${path}\n${JSON.stringify(flags)}`;

  function make(repository: Repository, stamp: string, flags: ConfigLayer | undefined): Host {
    if (repository.url !== undefined && !existsSync(repository.path)) throw notReady(repository);
    const forge = open(repository.path, flags, stateFolderOf(repository)).then(async (opened) => {
      try {
        await (await opened.bus()).subscribe('*', tell);
        // Also what nobody who was here before could deliver.
        if (flags === undefined) await opened.webhooks.start();
        return opened;
      } catch (error) {
        await opened.close().catch(onFault);
        throw error;
      }
    });
    const host = { forge, repository, stamp, users: 0, isLeaving: flags !== undefined };
    all.add(host);
    forge.catch(() => all.delete(host));
    return host;
  }

  /** The one that fits the configuration as it is; the one before stays in its place until that is open. */
  function opened(repository: Repository, flags?: ConfigLayer): Host {
    const key = keyOf(repository, flags);
    const stamp = stampOf(repository.path);
    const fitting = [hosts.get(key), opening.get(key)].find((one) => one?.stamp === stamp);
    if (fitting !== undefined) return fitting;
    const host = make(repository, stamp, flags);
    opening.set(key, host);
    host.forge
      .then(() => {
        const before = hosts.get(key);
        if (all.has(host)) hosts.set(key, host);
        if (before !== undefined) leave(before);
      })
      // Who asked for it is told.
      .catch(() => {})
      .finally(() => {
        if (opening.get(key) === host) opening.delete(key);
      });
    return host;
  }

  function leave(host: Host): void {
    host.isLeaving = true;
    clock
      .sleep(graceMs, closing.signal)
      .then(() => closeUnused(host))
      .catch(() => {});
  }

  function closeUnused(host: Host): void {
    if (host.users > 0 || !host.isLeaving || !all.has(host)) return;
    for (const [key, one] of hosts) if (one === host) hosts.delete(key);
    close(host).catch(onFault);
  }

  async function close(host: Host): Promise<void> {
    all.delete(host);
    await (await host.forge.catch(() => undefined))?.close();
  }

  return {
    of: async (repository) => (hosts.get(keyOf(repository)) ?? opened(repository)).forge,
    current: async (repository) => opened(repository).forge,
    async borrow(repository, flags) {
      const host = opened(repository, flags);
      host.users += 1;
      const release = (): void => {
        host.users -= 1;
        closeUnused(host);
      };
      const forge = await host.forge.catch((error: unknown) => {
        host.users -= 1;
        throw error;
      });
      return { forge, release };
    },
    listen(runId, listener) {
      const own = listeners.get(runId) ?? new Set();
      listeners.set(runId, own.add(listener));
      return () => {
        own.delete(listener);
        if (own.size === 0 && listeners.get(runId) === own) listeners.delete(runId);
      };
    },
    serveWebhooks(repositories) {
      for (const repository of repositories) {
        // What keeps one from opening is told to whoever asks for it.
        this.of(repository).catch(() => undefined);
      }
    },
    async forget({ path }) {
      for (const [key, { repository }] of hosts) if (repository.path === path) hosts.delete(key);
      await Promise.all([...all].filter(({ repository }) => repository.path === path).map(close));
    },
    async close() {
      closing.abort();
      hosts.clear();
      const ends = await Promise.allSettled([...all].map(close));
      const faults = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
      if (faults.length > 0) throw new AggregateError(faults, 'Some repositories could not be closed');
    },
  };
}
