import type { ForgeEvent } from './event.ts';

export type EventHandler = (event: ForgeEvent) => void | Promise<void>;

/**
 * Carries events that are already stored, so losing it loses nothing: a listener that missed some reads the store.
 * Order is kept per run. A handler that throws or is slow harms neither the publisher nor other handlers.
 */
export interface EventTransport {
  readonly name: string;
  publish(events: readonly ForgeEvent[]): Promise<void>;
  /**
   * `type`: an event type, a prefix such as `tool.*`, or `*`. Gives how to stop listening, once it listens: what is
   * published from then on arrives.
   */
  subscribe(type: string, handler: EventHandler): (() => void) | Promise<() => void>;
  close?(): Promise<void>;
}

/** The event log as agents, webhooks and apps see it: a facade of the kernel over store and bus. */
export interface EventBus {
  /** Resolves when the event is durable. */
  emit(event: { readonly type: string; readonly payload: unknown; readonly rationale?: string }): Promise<void>;
  on(type: string, handler: EventHandler): () => void;
  replay(traceId: string): Promise<readonly ForgeEvent[]>;
}
