import type { Clock } from '@forge/plugin-api';

export interface VirtualClock extends Clock {
  /** Moves time on, waking sleepers in the order of their times; resolves when they had a chance to go on. */
  advance(milliseconds: number): Promise<void>;
  /** Moves to the next sleeper's time; false when nobody sleeps. */
  advanceToNext(): Promise<boolean>;
  /** How many sleep. */
  readonly sleepers: number;
}

interface Sleeper {
  readonly at: number;
  wake(): void;
}

/** A clock that stands still until it is moved. */
export function createVirtualClock(start = 1_700_000_000_000): VirtualClock {
  let now = start;
  let sleepers: Sleeper[] = [];

  const advanceTo = async (until: number) => {
    for (;;) {
      const next = sleepers.toSorted((one, other) => one.at - other.at)[0];
      if (next === undefined || next.at > until) break;
      now = Math.max(now, next.at);
      next.wake();
      await settled();
    }
    now = Math.max(now, until);
    await settled();
  };

  return {
    now: () => now,
    sleep(milliseconds, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      if (signal?.aborted) return Promise.reject(signal.reason as Error);
      const leave = () => {
        sleepers = sleepers.filter((each) => each !== sleeper);
        signal?.removeEventListener('abort', abort);
      };
      const abort = () => {
        leave();
        reject(signal?.reason as Error);
      };
      const sleeper: Sleeper = {
        at: now + milliseconds,
        wake() {
          leave();
          resolve();
        },
      };
      sleepers.push(sleeper);
      signal?.addEventListener('abort', abort, { once: true });
      return promise;
    },
    advance: (milliseconds) => advanceTo(now + milliseconds),
    async advanceToNext() {
      const next = sleepers.toSorted((one, other) => one.at - other.at)[0];
      if (next === undefined) return false;
      await advanceTo(next.at);
      return true;
    },
    get sleepers() {
      return sleepers.length;
    },
  };
}

/** Lets everything run that is ready to: one turn of the event loop. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
