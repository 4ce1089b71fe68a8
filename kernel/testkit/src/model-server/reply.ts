/** One piece of what the scripted model answers. */
export type ReplyBlock =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'thinking'; readonly thinking: string; readonly signature: string }
  /** `id` is made from the request when it is not given. `raw` is sent in place of the JSON of `input`. */
  | {
      readonly type: 'call';
      readonly name: string;
      readonly input: unknown;
      readonly id?: string;
      readonly raw?: string;
    }
  /** An answer to a request for structured output: text, or the call of the tool that the request forces. */
  | { readonly type: 'answer'; readonly json: unknown }
  /** `bytes` of text, made while it is sent, so that a huge reply costs the server no memory. */
  | { readonly type: 'filler'; readonly bytes: number };

export type StopReason = 'end' | 'tool' | 'length' | 'refusal' | 'context';

/** Tokens as a model reports them. `input` counts only what was neither read from the cache nor written to it. */
export interface ReplyUsage {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

/**
 * What goes wrong on the way. `after` is the number of stream events sent whole before it happens; in a reply that is
 * not streamed the same share of the body is sent.
 */
export type Fault =
  | {
      readonly kind: 'http';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: unknown;
    }
  | {
      readonly kind: 'refusal-of-service';
      readonly reason: ServiceReason;
      readonly headers: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'cut'; readonly after: number; readonly clean: boolean }
  | { readonly kind: 'reset'; readonly after: number }
  | { readonly kind: 'stall'; readonly after: number }
  | { readonly kind: 'no-bytes' }
  | { readonly kind: 'silent' }
  | { readonly kind: 'error-event'; readonly after: number; readonly type: string; readonly message: string }
  | { readonly kind: 'bad-sse'; readonly after: number };

/** Reasons for an HTTP error whose status and body differ from one API to the other. */
export type ServiceReason =
  | 'rate-limit'
  | 'spend-limit'
  | 'overloaded'
  | 'unauthorized'
  | 'forbidden'
  | 'no-such-model'
  | 'context-overflow'
  | 'invalid-request';

/** A reply is plain data; build it with `say`, `callTool`, `answer`, … and combine it with `together`. */
export interface Reply {
  readonly blocks: readonly ReplyBlock[];
  /** Default: `tool` if there is a call among the blocks, else `end`. */
  readonly stop?: StopReason;
  /** Overrides single counts; `missing` sends none. Default: estimated from the text, with a simulated prompt cache. */
  readonly usage?: Partial<ReplyUsage> | 'missing';
  readonly fault?: Fault;
  /** Nothing is sent before this settles: lets a test hold several requests open at once. */
  readonly until?: Promise<unknown>;
}

/** The model says this text and ends its turn. */
export const say = (text: string): Reply => ({ blocks: [{ type: 'text', text }] });

/** The model thinks before what follows; the block must come back unchanged in the next request. */
export const think = (thinking: string, signature = 'c2lnbmVk'): Reply => ({
  blocks: [{ type: 'thinking', thinking, signature }],
});

/** The model calls a tool. The input is sent as it is: a missing or wrong argument needs no helper of its own. */
export const callTool = (name: string, input: unknown, id?: string): Reply => ({
  blocks: [{ type: 'call', name, input, ...(id === undefined ? {} : { id }) }],
});

/** Several replies as one message: `together(say('Reading'), callTool('read', a), callTool('read', b))`. */
export const together = (...replies: readonly Reply[]): Reply =>
  Object.assign({}, ...replies, { blocks: replies.flatMap((reply) => reply.blocks) }) as Reply;

/** The answer to a request for structured output. */
export const answer = (json: unknown): Reply => ({ blocks: [{ type: 'answer', json }] });

/** The reply with these token counts. */
export const withUsage = (usage: Partial<ReplyUsage>, reply: Reply = say('done')): Reply => ({ ...reply, usage });

/** The reply, sent no sooner than `until` settles. */
export const holdUntil = (until: Promise<unknown>, reply: Reply = say('done')): Reply => ({ ...reply, until });

/** Why the model stopped, as the reply says or as its blocks imply. */
export function stopOf(reply: Reply): StopReason {
  return reply.stop ?? (reply.blocks.some((block) => block.type === 'call') ? 'tool' : 'end');
}
