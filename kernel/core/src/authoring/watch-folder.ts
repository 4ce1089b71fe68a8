import { watch } from 'node:fs';
import type { Clock } from '@forge/plugin-api';

/** Editors write a file in several steps: what comes within this time is one change. */
const quietMs = 100;

/**
 * Gives the files that changed, whenever some did and nothing more happened for a moment. Ends when the signal aborts.
 * What lies in `node_modules` and in hidden folders is not looked at.
 */
export async function* watchFolder(
  folder: string,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): AsyncGenerator<readonly string[]> {
  let changed = new Set<string>();
  let wake = Promise.withResolvers<void>();
  const watcher = watch(folder, { recursive: true, signal });
  watcher.on('change', (_, name) => {
    const path = String(name);
    if (path.split(/[\\/]/).some((part) => part === 'node_modules' || part.startsWith('.'))) return;
    changed.add(path);
    wake.resolve();
  });
  const end = () => wake.resolve();
  watcher.on('error', end);
  signal.addEventListener('abort', end, { once: true });
  try {
    while (!signal.aborted) {
      await wake.promise;
      for (let size = -1; size !== changed.size && !signal.aborted; ) {
        size = changed.size;
        await clock.sleep(quietMs, signal).catch(() => undefined);
      }
      if (signal.aborted) return;
      const files = [...changed].sort();
      changed = new Set();
      wake = Promise.withResolvers<void>();
      if (files.length > 0) yield files;
    }
  } finally {
    signal.removeEventListener('abort', end);
    watcher.close();
  }
}
