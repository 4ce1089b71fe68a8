/* oxlint-disable no-restricted-globals, no-restricted-properties -- the adapter for the machine's clock */
import type { Clock } from '@forge/plugin-api';

/** The clock of this machine. */
export const systemClock: Clock = Object.freeze({
  now: () => Date.now(),
  sleep: (milliseconds: number, signal?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      if (signal?.aborted === true) return reject(reasonOf(signal));
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', abort);
        resolve();
      }, milliseconds);
      const abort = () => {
        clearTimeout(timer);
        if (signal !== undefined) reject(reasonOf(signal));
      };
      signal?.addEventListener('abort', abort, { once: true });
    }),
});

function reasonOf(signal: AbortSignal): Error {
  return signal.reason as Error;
}
