import type { ForgeEvent } from './event.ts';
import type { Json } from './json.ts';
import type { RunRecord } from './store.ts';

/** One event on its way to one address. */
export interface WebhookMessage {
  /** The same on every try, so that a receiver can tell a repetition. */
  readonly id: string;
  /** May itself be a secret, and so may headers: neither belongs into errors or logs. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Signs what is sent. `whsec_` and base64, or any other text, whose bytes are then the key. */
  readonly secret: string;
  readonly event: ForgeEvent;
  /** The run that the event belongs to, as it is now. */
  readonly run: RunRecord;
  /** What a transform made of the event, to be sent as it is. Undefined: the sender's own words. */
  readonly body?: Json | undefined;
  /** Private, loopback and link-local addresses are meant. */
  readonly allowPrivate: boolean;
  /** Where a person decides what the event asks, if they can do that in a browser. */
  readonly decideUrl?: string | undefined;
}

/**
 * Tells somebody else's server what happened. The kernel decides what is sent when and how often, and gives up by
 * itself; an implementation makes one try, and follows no redirect.
 */
export interface WebhookSender {
  readonly name: string;
  /**
   * Resolves when the receiver has taken it, with the status of its answer; with undefined when this sender has nothing
   * to say about such an event. The request is signed as Standard Webhooks 1.0 says.
   *
   * Rejects with WEBHOOK_FAILED, which carries `retryAfterMs` where the receiver asks for that; with WEBHOOK_GONE when
   * it wants nothing more (410); with WEBHOOK_FORBIDDEN when it would have to connect to an address that is not
   * allowed, without having done so; with the reason of `signal`.
   */
  send(message: WebhookMessage, call: { readonly signal: AbortSignal }): Promise<WebhookReceipt | undefined>;
}

export interface WebhookReceipt {
  /** Of the HTTP answer. */
  readonly status: number;
}
