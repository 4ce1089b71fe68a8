import { createHash } from 'node:crypto';
import type { ModelRequest } from './model-request.ts';
import type { Reply, ReplyBlock, ReplyUsage, ServiceReason } from './reply.ts';

/** One server-sent event; `data` is the text of its data line. */
export interface WireEvent {
  readonly event?: string;
  readonly data: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** What one API makes of a reply. */
export interface Wire {
  /** The events of a streamed reply, made while they are read. */
  events(request: ModelRequest, reply: Reply, usage: ReplyUsage | undefined): Iterable<WireEvent>;
  /** The body of a reply that is not streamed. */
  body(request: ModelRequest, reply: Reply, usage: ReplyUsage | undefined): unknown;
  errorEvent(type: string, message: string): WireEvent;
  service(reason: ServiceReason, request: ModelRequest): HttpAnswer;
}

/** An id that depends on what was asked and not on when, so that two runs of one script agree. */
export const idFor = (prefix: string, request: ModelRequest, part: string | number): string =>
  `${prefix}_${createHash('sha256').update(request.raw).update(`#${part}`).digest('hex').slice(0, 20)}`;

/** The text in at most three pieces, so that each reply is a real stream. */
export function* piecesOf(text: string): Generator<string> {
  const size = Math.max(1, Math.ceil(text.length / 3));
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}

const FILLER = 'All work and no play makes a very long reply. '.repeat(400);

/** So many characters, at most 18 thousand at a time. */
export function* fillerOf(bytes: number): Generator<string> {
  for (let left = bytes; left > 0; left -= FILLER.length) yield FILLER.slice(0, Math.min(left, FILLER.length));
}

/** An answer becomes the call of the forced tool, if the request forces one, else text. */
export function concrete(request: ModelRequest, block: ReplyBlock): ReplyBlock {
  if (block.type !== 'answer') return block;
  return request.forcedTool === undefined
    ? { type: 'text', text: JSON.stringify(block.json) }
    : { type: 'call', name: request.forcedTool, input: block.json };
}
