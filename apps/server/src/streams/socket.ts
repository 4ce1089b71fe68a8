import type { WebSocket } from 'ws';
import { type Clock, forgeError } from '@forge/plugin-api';
import type { StreamLimits } from './sse.ts';
import type { Subscriber } from './run-feed.ts';

/** How often it is looked at whether a slow reader has caught up, in milliseconds. */
const lookMs = 20;
const mostLooks = 1_500;

/** Each event as a text message; the last one is `{ "type": "end", … }`. */
export function createSocketSubscriber(socket: WebSocket, clock: Clock, limits: StreamLimits): Subscriber {
  const closed = new AbortController();
  socket.on('close', () => closed.abort());
  socket.on('error', () => closed.abort());
  return {
    closed: closed.signal,
    write({ frames }) {
      if (closed.signal.aborted) return;
      if (socket.bufferedAmount <= limits.mostWaiting) return frames.forEach(({ json }) => socket.send(json));
      limits.onDropped();
      closed.abort();
      socket.terminate();
    },
    async drained() {
      for (let looks = 0; socket.bufferedAmount > 0; looks += 1) {
        if (looks === mostLooks) socket.terminate();
        if (closed.signal.aborted || looks >= mostLooks) throw forgeError('STOPPED', 'The reader has gone');
        await clock.sleep(lookMs);
      }
    },
    end(end) {
      socket.send(JSON.stringify({ type: 'end', ...end }));
      socket.close(1000, end.status);
    },
  };
}
