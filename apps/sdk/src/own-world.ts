/* oxlint-disable no-restricted-globals -- the adapter for the runtime that the client is used in */
import type { Clock } from '@forge/plugin-api';

/** Looked up when it is called: browsers bind it to their window. */
export const ownFetch: typeof globalThis.fetch = (...request) => globalThis.fetch(...request);

export const ownClock: Pick<Clock, 'sleep'> = {
  sleep: (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      const abort = (): void => {
        clearTimeout(timer);
        reject(signal?.reason as Error);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', abort);
        resolve();
      }, milliseconds);
      if (signal?.aborted === true) abort();
      else signal?.addEventListener('abort', abort, { once: true });
    }),
};
