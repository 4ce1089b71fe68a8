import { type Clock, type ForgeEvent, forgeError } from '@forge/plugin-api';
import { readSse } from './read-sse.ts';
import type { StreamEnd } from './schemas.ts';

export interface FollowOptions {
  /** Only events with a greater seq; default 0. */
  readonly after?: number;
  readonly signal?: AbortSignal;
  onEvent(event: ForgeEvent): void | Promise<void>;
}

/** Milliseconds between tries, the first at once; then it is given up. A try that brings an event starts anew. */
const waits = [0, 250, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000];

/**
 * Every event of a run once and in order, over as many connections as it takes, until the run is not running any more.
 * Rejects with SERVER_UNREACHABLE when the server stays away, and with what it says otherwise.
 *
 * @param open asks for the stream behind a seq; undefined when there is nothing more to come
 */
export async function followEvents(
  open: (after: number, signal: AbortSignal | undefined) => Promise<AsyncIterable<Uint8Array>>,
  { clock, after = 0, signal, onEvent }: FollowOptions & { readonly clock: Pick<Clock, 'sleep'> },
): Promise<StreamEnd> {
  let seen = after;
  let failures = 0;
  for (;;) {
    try {
      for await (const { event, data } of readSse(await open(seen, signal))) {
        if (event === 'end') return JSON.parse(data) as StreamEnd;
        const found = JSON.parse(data) as ForgeEvent;
        if (found.seq <= seen) continue;
        seen = found.seq;
        failures = 0;
        await onEvent(found);
      }
    } catch (error) {
      signal?.throwIfAborted();
      if (!isConnection(error)) throw error;
    }
    const wait = waits[failures];
    if (wait === undefined)
      throw forgeError('SERVER_UNREACHABLE', 'The stream of events broke off and could not be taken up again', {
        fix: 'Look at the run later: forge show',
      });
    failures += 1;
    if (wait > 0) await clock.sleep(wait, signal);
  }
}

/** What `fetch` throws when the network or the peer fails, and what our own requests make of it. */
function isConnection(error: unknown): boolean {
  const { name, code } = error as { name?: unknown; code?: unknown };
  return name === 'TypeError' || code === 'SERVER_UNREACHABLE' || code === 'RATE_LIMITED';
}
