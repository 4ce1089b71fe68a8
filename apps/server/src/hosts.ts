import type { Forge } from '@forge/core';
import type { ConfigLayer, ForgeEvent } from '@forge/plugin-api';
import type { Repository } from '@forge/sdk';

export type OpenRepository = (directory: string, flags: ConfigLayer | undefined) => Promise<Forge>;
export type EventListener = (event: ForgeEvent) => void;

/** The kernel for each repository, opened when it is first needed. */
export interface Hosts {
  /** As the repository is configured; stays open. Rejects with what keeps it from opening, and tries again next time. */
  of(repository: Repository): Promise<Forge>;
  /** With stronger settings, for one run: closed when it is given back. */
  borrow(repository: Repository, flags: ConfigLayer | undefined): Promise<{ readonly forge: Forge; release(): void }>;
  /** Events of one run, as its host publishes them. Some may be missed: the store has all. */
  listen(runId: string, listener: EventListener): () => void;
  /** Opens them all in the background, so that webhooks get what earlier processes could not deliver. */
  serveWebhooks(repositories: readonly Repository[]): void;
  forget(repository: Repository): Promise<void>;
  /** Rejects with all faults gathered. */
  close(): Promise<void>;
}

export function createHosts(open: OpenRepository, onFault: (error: unknown) => void): Hosts {
  const hosts = new Map<string, Promise<Forge>>();
  const borrowed = new Map<string, number>();
  const listeners = new Map<string, Set<EventListener>>();

  const tell = (event: ForgeEvent): void => {
    for (const listener of listeners.get(event.traceId) ?? []) listener(event);
  };
  const opened = (key: string, repository: Repository, flags?: ConfigLayer): Promise<Forge> => {
    const found = hosts.get(key);
    if (found !== undefined) return found;
    const made = open(repository.path, flags).then(async (forge) => {
      (await forge.bus()).subscribe('*', tell);
      // Also what nobody who was here before could deliver.
      if (flags === undefined) await forge.webhooks.start();
      return forge;
    });
    hosts.set(key, made);
    made.catch(() => hosts.delete(key));
    return made;
  };
  const close = async (key: string): Promise<void> => {
    const forge = hosts.get(key);
    hosts.delete(key);
    await (await forge?.catch(() => undefined))?.close();
  };
  return {
    of: (repository) => opened(repository.path, repository),
    async borrow(repository, flags) {
      if (flags === undefined) return { forge: await opened(repository.path, repository), release: () => {} };
      const key = `${repository.path}\n${JSON.stringify(flags)}`;
      const forge = await opened(key, repository, flags);
      borrowed.set(key, (borrowed.get(key) ?? 0) + 1);
      return {
        forge,
        release() {
          const left = (borrowed.get(key) ?? 1) - 1;
          borrowed.set(key, left);
          if (left === 0) close(key).catch(onFault);
        },
      };
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
        opened(repository.path, repository).catch(() => undefined);
      }
    },
    forget: ({ path }) => close(path),
    async close() {
      const ends = await Promise.allSettled([...hosts.keys()].map(close));
      const faults = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
      if (faults.length > 0) throw new AggregateError(faults, 'Some repositories could not be closed');
    },
  };
}
