import type { ServerResponse } from 'node:http';
import { type Clock, forgeError } from '@forge/plugin-api';
import type { Subscriber } from './run-feed.ts';

/** Bytes that may wait for a reader before it is cut off; it comes back and reads on where it was. */
export const mostWaiting = 4 * 1024 * 1024;
/** A reader that takes nothing for that long is gone. */
const stuckMs = 30_000;
/** Keeps proxies from closing a connection on which nothing happens. */
const pingMs = 15_000;

export interface StreamLimits {
  readonly mostWaiting: number;
  onDropped(): void;
}

/**
 * Server-sent events on the plain response of Node: a helper that goes through streams of the web costs ten times as
 * much for each event and reader.
 */
export function createSseSubscriber(response: ServerResponse, clock: Clock, limits: StreamLimits): Subscriber {
  const closed = new AbortController();
  response.on('close', () => closed.abort());
  response.on('error', () => closed.abort());
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    'x-content-type-options': 'nosniff',
  });
  response.flushHeaders();
  void ping();

  async function ping(): Promise<void> {
    try {
      for (;;) {
        await clock.sleep(pingMs, closed.signal);
        if (response.writableLength === 0) response.write(': still here\n\n');
      }
    } catch {
      // The connection is closed.
    }
  }

  return {
    closed: closed.signal,
    write(batch) {
      if (closed.signal.aborted) return;
      if (response.writableLength <= limits.mostWaiting) return void response.write(batch.sse());
      limits.onDropped();
      closed.abort();
      response.destroy();
    },
    async drained() {
      closed.signal.throwIfAborted();
      if (!response.writableNeedDrain) return;
      const drain = Promise.withResolvers<void>();
      const gone = (): void => drain.reject(forgeError('STOPPED', 'The reader has gone'));
      response.once('drain', drain.resolve);
      closed.signal.addEventListener('abort', gone);
      const over = new AbortController();
      const stuck = clock.sleep(stuckMs, over.signal).then(() => response.destroy());
      stuck.catch(() => {});
      try {
        await drain.promise;
      } finally {
        over.abort();
        response.off('drain', drain.resolve);
        closed.signal.removeEventListener('abort', gone);
      }
    },
    end(end) {
      response.end(`event: end\ndata: ${JSON.stringify(end)}\n\n`);
    },
  };
}
