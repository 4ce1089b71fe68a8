import { type Clock, forgeError, ForgeError, isForgeError } from '@forge/plugin-api';

export type Fetch = typeof globalThis.fetch;

export interface WatchLimits {
  /** The most time until the first byte of an answer, in milliseconds. */
  readonly firstByteMs: number;
  /** The most time between two pieces of an answer, in milliseconds. */
  readonly stallMs: number;
  /** The most bytes of an answer. */
  readonly maxReplyBytes: number;
}

export interface WatchOptions {
  /** For the messages. */
  readonly provider: string;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly limits: WatchLimits;
  /** The caller's. */
  readonly signal: AbortSignal;
}

export interface WatchedCall {
  /** To be used for this one call; it counts what arrives. */
  readonly fetch: Fetch;
  /** Aborts when the caller aborts or a limit is reached. */
  readonly signal: AbortSignal;
  /** Whether anything of an answer has arrived. */
  started(): boolean;
}

/** One for all calls: without a reason, each would make an error with a stack of its own. */
const answered = new Error('the call has ended');

/**
 * Runs one call to a model so that it always ends: rejects with the caller's reason as soon as the caller aborts, with
 * LLM_TIMEOUT (transient) when nothing arrives in time, with LLM_BAD_REPLY when the reply is too large. Whatever else
 * `attempt` throws goes through `explain`. All of them say how many bytes had arrived. SDKs turn an abort into errors of their own or into a silent end; neither
 * is seen here. The connection is closed whenever the call fails.
 */
export async function watchReply<T>(
  options: WatchOptions,
  attempt: (call: WatchedCall) => Promise<T>,
  explain: (error: unknown, started: boolean) => unknown,
): Promise<T> {
  const { signal, clock, limits, provider } = options;
  signal.throwIfAborted();
  const ended = Promise.withResolvers<never>();
  ended.promise.catch(() => {});
  const control = new AbortController();
  const end = (reason: unknown): void => {
    ended.reject(reason);
    control.abort(reason);
  };
  const onAbort = (): void => end(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });

  let started = false;
  let lastAt = clock.now();
  let bytes = 0;
  const arrived = (size: number): void => {
    started = true;
    lastAt = clock.now();
    bytes += size;
    if (bytes > limits.maxReplyBytes) end(tooLarge(provider, limits.maxReplyBytes));
  };
  const done = new AbortController();
  const guard = guardTime(
    () => ({ idleMs: clock.now() - lastAt, limitMs: started ? limits.stallMs : limits.firstByteMs }),
    limits.stallMs,
    clock,
    done.signal,
    (limitMs) => end(tooSlow(provider, started, limitMs)),
  );

  const call: WatchedCall = {
    fetch: watchedFetch(options.fetch, arrived),
    signal: control.signal,
    started: () => started,
  };
  try {
    // An end from this side comes first, even if the attempt takes it for the end of a whole reply.
    return await Promise.race([attempt(call), ended.promise]);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (control.signal.aborted) throw withReceived(control.signal.reason, bytes);
    control.abort(error);
    throw withReceived(explain(error, started), bytes);
  } finally {
    signal.removeEventListener('abort', onAbort);
    done.abort(answered);
    await guard;
  }
}

/** How much of the reply had arrived: what it may have cost is estimated from that. */
function withReceived(error: unknown, receivedBytes: number): unknown {
  if (!isForgeError(error)) return error;
  return new ForgeError(error.code, error.message, { ...error.details, receivedBytes }, error.cause);
}

/** Never sleeps longer than the shortest limit, since the limit changes when the answer begins. */
async function guardTime(
  look: () => { idleMs: number; limitMs: number },
  shortestMs: number,
  clock: Clock,
  done: AbortSignal,
  onLate: (limitMs: number) => void,
): Promise<void> {
  while (!done.aborted) {
    const { idleMs, limitMs } = look();
    if (idleMs >= limitMs) return onLate(limitMs);
    await clock.sleep(Math.min(limitMs - idleMs, shortestMs), done).catch(() => {});
  }
}

function watchedFetch(fetch: Fetch, arrived: (bytes: number) => void): Fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    arrived(0);
    const { body, status, statusText, headers } = response;
    return body === null ? response : new Response(counted(body, arrived), { status, statusText, headers });
  };
}

function counted(body: ReadableStream<Uint8Array>, arrived: (bytes: number) => void): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await reader.read();
        if (done) return controller.close();
        arrived(value.byteLength);
        controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

const tooSlow = (provider: string, started: boolean, limitMs: number) =>
  forgeError(
    'LLM_TIMEOUT',
    started
      ? `${provider}: the reply stalled for ${limitMs / 1000} s`
      : `${provider}: no answer for ${limitMs / 1000} s`,
    { transient: true },
  );

const tooLarge = (provider: string, limit: number) =>
  forgeError('LLM_BAD_REPLY', `${provider}: the reply is larger than ${limit} bytes`, { transient: false });
