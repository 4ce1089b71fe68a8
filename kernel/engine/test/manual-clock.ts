import type { Clock } from '@forge/plugin-api';

/** A clock that stands still until it is moved. */
export function manualClock(start = 0): Clock & { advance(milliseconds: number): Promise<void> } {
  let now = start;
  const sleepers = new Set<{ readonly at: number; wake(): void }>();
  return {
    now: () => now,
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        const end = (settle: () => void) => {
          sleepers.delete(sleeper);
          settle();
        };
        const sleeper = { at: now + milliseconds, wake: () => end(resolve) };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', () => end(() => reject(signal.reason as Error)), { once: true });
      }),
    async advance(milliseconds) {
      now += milliseconds;
      for (const sleeper of sleepers) if (sleeper.at <= now) sleeper.wake();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}
