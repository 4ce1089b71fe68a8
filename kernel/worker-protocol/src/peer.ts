import type { Duplex } from 'node:stream';
import { type Clock, forgeError, type ForgeError, z } from '@forge/plugin-api';
import { faultSchema, fromFault, toFault } from './fault.ts';
import { readLines } from './lines.ts';
import { heartbeat, type Message, type Messages } from './messages.ts';

type Params<M extends Message> = z.output<M['params']>;
type Result<M extends Message> = M extends { readonly result: z.ZodType } ? z.output<M['result']> : void;

/** What one side does when the other says something. Called at once and in the order of the stream. */
export type Handlers<M extends Messages> = {
  readonly [K in keyof M]: (params: Params<M[K]>) => Promise<Result<M[K]>> | Result<M[K]>;
};

export interface PeerOptions<Incoming extends Messages, Outgoing extends Messages> {
  readonly stream: Duplex;
  readonly incoming: Incoming;
  readonly outgoing: Outgoing;
  readonly handlers: Handlers<Incoming>;
  readonly clock: Clock;
  /** Called before each answer goes out. */
  readonly beforeAnswer?: () => void;
  readonly afterAnswer?: () => void;
  readonly pulse?: { readonly everyMs: number; readonly missed: number };
  /**
   * What is taken from the other side: bytes a message, messages a second but for answers, and bytes that it does not
   * read. Default: 256 MB a message, and any number.
   */
  readonly bounds?: { readonly messageBytes: number; readonly perSecond: number; readonly unreadBytes: number };
}

/** One end of the line: JSON-RPC 2.0, one message a line, as MCP and the Agent Client Protocol have it. */
export interface Peer<Outgoing extends Messages> {
  /** Rejects with what the other side's handler threw, and with WORKER_LOST when the line is lost before the answer. */
  call<K extends keyof Outgoing & string>(
    method: K,
    params: z.input<Outgoing[K]['params']>,
  ): Promise<Result<Outgoing[K]>>;
  notify<K extends keyof Outgoing & string>(method: K, params: z.input<Outgoing[K]['params']>): void;
  /** Settles once, with why: the stream ended, was silent for too long, or carried something that is no message. */
  readonly lost: Promise<ForgeError>;
  close(): void;
}

const messageSchema = z.strictObject({
  jsonrpc: z.literal('2.0'),
  id: z.int().optional(),
  method: z.string().optional(),
  params: z.unknown().optional(),
  result: z.unknown().optional(),
  error: z.strictObject({ code: z.int(), message: z.string(), data: faultSchema.optional() }).optional(),
});
type Envelope = z.output<typeof messageSchema>;

/** JSON-RPC's own numbers; the fault beside it says more. */
const failed = -32_000;

interface Waiting {
  readonly result: z.ZodType;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

export function createPeer<Incoming extends Messages, Outgoing extends Messages>(
  options: PeerOptions<Incoming, Outgoing>,
): Peer<Outgoing> {
  const { stream, incoming, outgoing, clock, pulse = heartbeat, bounds } = options;
  const handlers = options.handlers as Readonly<Record<string, (params: unknown) => unknown>>;
  const waiting = new Map<number, Waiting>();
  const over = new AbortController();
  const lost = Promise.withResolvers<ForgeError>();
  let lastId = 0;
  let silentFor = 0;
  let second = 0;
  let inSecond = 0;

  readLines(stream, (line) => take(line), bounds?.messageBytes).then(
    () => lose('the stream ended'),
    (error: unknown) => lose(error instanceof Error ? error.message : String(error)),
  );
  void beat();

  async function beat(): Promise<void> {
    while (!over.signal.aborted) {
      await clock.sleep(pulse.everyMs, over.signal).catch(() => undefined);
      if (over.signal.aborted) return;
      silentFor += 1;
      if (silentFor > pulse.missed) lose(`it was silent for ${(pulse.everyMs * pulse.missed) / 1000} s`);
      else send({ method: 'heartbeat' });
    }
  }

  function lose(why: string, leave = () => void stream.destroy()): void {
    if (over.signal.aborted) return;
    const error = forgeError('WORKER_LOST', `The line to the other side was lost: ${why}`, {
      why,
      transient: true,
    });
    over.abort();
    leave();
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
    lost.resolve(error);
  }

  function send(message: Omit<Envelope, 'jsonrpc'>): void {
    if (over.signal.aborted) return;
    if (bounds !== undefined && stream.writableLength > bounds.unreadBytes)
      return lose('it does not read what is said to it');
    stream.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  }

  function take(line: string): void {
    if (over.signal.aborted) return;
    const message = parse(line);
    if (message === undefined) return lose(`this is no message: ${line.slice(0, 100)}`);
    // Of answers there are as many as were asked for.
    if (message.method !== undefined && isFlood())
      return lose(`it said more than ${bounds?.perSecond} things in a second`);
    silentFor = 0;
    if (message.method === undefined) answered(message);
    else asked(message.method, message);
  }

  function isFlood(): boolean {
    if (bounds === undefined) return false;
    const now = Math.floor(clock.now() / 1000);
    inSecond = now === second ? inSecond + 1 : 1;
    second = now;
    return inSecond > bounds.perSecond;
  }

  function answered({ id, result, error }: Envelope): void {
    const asker = waiting.get(id ?? -1);
    if (id === undefined || asker === undefined) return lose(`an answer that nobody waits for: ${id}`);
    waiting.delete(id);
    if (error !== undefined) {
      return asker.reject(error.data === undefined ? new Error(error.message) : fromFault(error.data));
    }
    const parsed = asker.result.safeParse(result);
    if (parsed.success) asker.resolve(parsed.data);
    else lose(`an answer of a wrong shape: ${z.prettifyError(parsed.error)}`);
  }

  function asked(method: string, { id, params }: Envelope): void {
    const known = Object.hasOwn(incoming, method) ? incoming[method] : undefined;
    const parsed = known?.params.safeParse(params);
    const outcome = attempt(() => {
      if (parsed === undefined) throw forgeError('UNSUPPORTED', `The protocol has no "${method}"`);
      if (parsed.success) return handlers[method]?.(parsed.data);
      throw forgeError('INPUT_INVALID', `"${method}" was called with something else`, {
        why: z.prettifyError(parsed.error),
      });
    });
    if (id === undefined) return void outcome.catch((error: unknown) => lose(String(error)));
    outcome
      .then((result) => answer({ id, result }))
      // Also when the result cannot be written as JSON.
      .catch((error: unknown) => {
        const data = toFault(error);
        answer({ id, error: { code: failed, message: data.message, data } });
      });
  }

  function answer(message: Omit<Envelope, 'jsonrpc'>): void {
    options.beforeAnswer?.();
    send(message);
    options.afterAnswer?.();
  }

  return {
    async call(method, params) {
      if (over.signal.aborted) throw await lost.promise;
      const result = outgoing[method]?.result ?? z.undefined();
      const id = (lastId += 1);
      send({ id, method, params });
      return new Promise((resolve, reject) => {
        waiting.set(id, { result, resolve: resolve as Waiting['resolve'], reject });
      });
    },
    notify: (method, params) => send({ method, params }),
    lost: lost.promise,
    // What was said before still gets there.
    close: () => lose('this side has closed it', () => void stream.end(() => stream.destroy())),
  };
}

/** What the handler gives or throws, as a promise. Begun now: where a call stands in the stream is its ordinal. */
async function attempt(handler: () => unknown): Promise<unknown> {
  return handler();
}

function parse(line: string): Envelope | undefined {
  try {
    const { success, data } = messageSchema.safeParse(JSON.parse(line));
    return success ? data : undefined;
  } catch {
    return undefined;
  }
}
