import type { Clock, ForgeEvent, RunStore } from '@forge/plugin-api';
import type { StreamEnd } from '@forge/sdk';
import type { Hosts } from '../hosts.ts';
import { type Batch, batchOf, frameOf, type Frame } from './batch.ts';

/** One connection that gets the events of a run. Never throws; what it cannot take, it drops itself for. */
export interface Subscriber {
  /** Must not wait: who is too slow is cut off, and comes back with the last event it has. */
  write(batch: Batch): void;
  /** Resolves when there is room for more; rejects when the connection is gone. */
  drained(): Promise<void>;
  end(end: StreamEnd): void;
  readonly closed: AbortSignal;
}

export interface FeedDeps {
  readonly store: Pick<RunStore, 'getRun' | 'readEvents' | 'readLease'>;
  readonly listen: Hosts['listen'];
  readonly clock: Clock;
  /** The server is about to begin it or to go on with it, whatever the store says. */
  isPending(runId: string): boolean;
}

export interface RunFeed {
  /** Every event behind `after`, once and in order, and then the end. Resolves when nothing more is sent. */
  follow(after: number, subscriber: Subscriber): Promise<void>;
  readonly size: number;
}

/** How often the store is looked at, for events of other processes and for what the bus has lost. */
const lookMs = 250;
/** After a write, what comes is gathered for that long: many events in one write are what makes many readers cheap. */
const gatherMs = 5;
const pageSize = 100;

/**
 * The live events of one run for all who follow it: each event is made into bytes once, and each write carries all that
 * has come since the last one.
 */
export function createRunFeed(runId: string, from: number, deps: FeedDeps): RunFeed {
  const { store, listen, clock, isPending } = deps;
  const live = new Map<Subscriber, { after: number; done(): void }>();
  let last = from;
  let pending: Frame[] = [];
  let gathering = false;
  let pumping: Promise<void> | undefined;
  /** Something came while the store was read, which may have been too late for that. */
  let missed = false;
  let unowned = 0;
  let woken = Promise.withResolvers<void>();
  let watching: AbortController | undefined;
  let stopListening = (): void => {};

  function take(event: ForgeEvent): void {
    last = event.seq;
    pending.push(frameOf(event));
    if (gathering) return;
    gathering = true;
    queueMicrotask(() => void flushAndGather());
  }

  async function flushAndGather(): Promise<void> {
    while (pending.length > 0) {
      flush();
      await clock.sleep(gatherMs);
    }
    gathering = false;
  }

  function flush(): void {
    if (pending.length === 0) return;
    const batch = batchOf(pending);
    pending = [];
    for (const [subscriber, state] of live) {
      if (state.after < batch.lastSeq) subscriber.write(batch.behind(state.after));
      state.after = Math.max(state.after, batch.lastSeq);
    }
  }

  /** Whatever the store has more than was seen. */
  function pump(): Promise<void> {
    return (pumping ??= readOn().finally(() => {
      pumping = undefined;
    }));
  }

  async function readOn(): Promise<void> {
    let more = true;
    while (more) {
      missed = false;
      const events = await store.readEvents(runId, { after: last, limit: pageSize });
      for (const event of events) if (event.seq === last + 1) take(event);
      more = events.length === pageSize || missed;
    }
  }

  function hear(event: ForgeEvent): void {
    if (pumping !== undefined) missed = true;
    else if (event.seq === last + 1) take(event);
    else if (event.seq > last) pump().catch(() => {});
    if (/^run\.(completed|failed|parked|discarded)$/.test(event.type)) woken.resolve();
  }

  async function endOf(): Promise<StreamEnd | undefined> {
    if (isPending(runId)) return undefined;
    const record = await store.getRun(runId);
    if (record === undefined) return { status: 'stopped' };
    if (record.status !== 'running') return record.lastSeq <= last ? { status: record.status } : undefined;
    const lease = await store.readLease(runId);
    unowned = lease === undefined || lease.expiresAt <= clock.now() ? unowned + 1 : 0;
    // The owner may just be about to begin.
    return unowned > 3 ? { status: 'abandoned' } : undefined;
  }

  async function watch(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      await pump();
      const end = await endOf();
      if (end !== undefined) {
        await pump();
        flush();
        for (const [subscriber, { done }] of live) {
          subscriber.end(end);
          done();
        }
        return;
      }
      await Promise.race([clock.sleep(lookMs, stop), woken.promise]).catch(() => {});
      woken = Promise.withResolvers();
    }
  }

  function join(subscriber: Subscriber, after: number): Promise<void> {
    return new Promise((resolve) => {
      const leave = (): void => {
        live.delete(subscriber);
        subscriber.closed.removeEventListener('abort', leave);
        if (live.size === 0) rest();
        resolve();
      };
      live.set(subscriber, { after, done: leave });
      subscriber.closed.addEventListener('abort', leave);
      if (subscriber.closed.aborted) leave();
      else if (watching === undefined) work();
    });
  }

  function work(): void {
    const own = new AbortController();
    watching = own;
    stopListening = listen(runId, hear);
    watch(own.signal)
      .catch(() => {
        // The store is gone: who follows comes back, and hears why.
        for (const { done } of live.values()) done();
      })
      .finally(() => {
        if (watching === own) rest();
      });
  }

  function rest(): void {
    stopListening();
    watching?.abort();
    watching = undefined;
  }

  return {
    get size() {
      return live.size;
    },
    async follow(after, subscriber) {
      let seen = after;
      for (;;) {
        const events = await store.readEvents(runId, { after: seen, limit: pageSize });
        if (events.length > 0) {
          subscriber.write(batchOf(events.map(frameOf)));
          seen = events.at(-1)?.seq ?? seen;
          await subscriber.drained();
        }
        if (events.length < pageSize && seen >= last) break;
      }
      await join(subscriber, seen);
    },
  };
}
