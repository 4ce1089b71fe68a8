import type { Clock } from '@forge/plugin-api';

export interface TimeLimit {
  readonly clock: Clock;
  /** Undefined: none. */
  readonly milliseconds: number | undefined;
  /** Aborting it ends the wait at once with its reason, whether the work listens or not. */
  readonly signal?: AbortSignal | undefined;
  /** What the wait ends with at the limit. Also the reason of the work's signal. */
  readonly timedOut: () => Error;
}

/** One for all calls: without a reason, each would make an error with a stack of its own. */
const inTime = new Error('the work ended in time');

/**
 * Waits for work no longer than the limit and the signal allow. The work sees both as one signal. Its own late failure
 * is not lost to the process: it is ignored, because the caller has its answer.
 */
export async function withTimeLimit<T>(limit: TimeLimit, work: (signal: AbortSignal) => Promise<T> | T): Promise<T> {
  const { clock, milliseconds, signal: outer } = limit;
  outer?.throwIfAborted();
  const ended = new AbortController();
  const timer = new AbortController();
  const signal = outer === undefined ? ended.signal : AbortSignal.any([outer, ended.signal]);
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  if (milliseconds !== undefined) {
    clock.sleep(milliseconds, timer.signal).then(
      () => ended.abort(limit.timedOut()),
      () => undefined,
    );
  }
  try {
    return await Promise.race([(async () => work(signal))(), aborted]);
  } finally {
    timer.abort(inTime);
  }
}
