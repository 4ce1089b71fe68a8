import type { Clock } from '@forge/plugin-api';
import type { Hosts } from '../hosts.ts';
import type { RunQueue } from '../runs/run-queue.ts';
import type { RunService } from '../runs/run-service.ts';
import { createRunFeed, type RunFeed, type Subscriber } from './run-feed.ts';

/** The feeds of all runs that somebody follows. */
export interface Feeds {
  /** As `RunFeed.follow`. Rejects with RUN_NOT_FOUND. */
  follow(runId: string, after: number, subscriber: Subscriber): Promise<void>;
  /** Who is followed now, all runs together. */
  followers(): number;
}

export interface FeedsDeps {
  readonly runs: Pick<RunService, 'locate'>;
  readonly hosts: Pick<Hosts, 'listen'>;
  readonly queue: Pick<RunQueue, 'isPending'>;
  readonly clock: Clock;
}

export function createFeeds({ runs, hosts, queue, clock }: FeedsDeps): Feeds {
  const feeds = new Map<string, { readonly feed: Promise<RunFeed>; users: number }>();

  async function make(runId: string): Promise<RunFeed> {
    const store = await (await runs.locate(runId)).forge.store();
    const from = (await store.getRun(runId))?.lastSeq ?? 0;
    return createRunFeed(runId, from, { store, listen: hosts.listen, clock, isPending: queue.isPending });
  }

  return {
    async follow(runId, after, subscriber) {
      const entry = feeds.get(runId) ?? { feed: make(runId), users: 0 };
      feeds.set(runId, entry);
      entry.users += 1;
      try {
        await (await entry.feed).follow(after, subscriber);
      } finally {
        entry.users -= 1;
        if (entry.users === 0 && feeds.get(runId) === entry) feeds.delete(runId);
      }
    },
    followers: () => [...feeds.values()].reduce((sum, { users }) => sum + users, 0),
  };
}
