import type { EventHandler, ForgeEvent } from '@forge/plugin-api';

/** How many events may wait for one listener. More would only grow while it cannot keep up; the store has them all. */
export const capacity = 10_000;

export interface Mailbox {
  put(events: readonly ForgeEvent[]): void;
  /** Nothing waits and the handler is not at work. */
  readonly idle: boolean;
  /** Forgets what waits; the handler is not called again. */
  close(): void;
}

export interface MailboxOptions {
  readonly wants: (event: ForgeEvent) => boolean;
  readonly handler: EventHandler;
  readonly failed: (message: string, error?: unknown) => void;
}

/** Gives events to one handler in order, the next one when it is done with the one before. */
export function createMailbox({ wants, handler, failed }: MailboxOptions): Mailbox {
  let waiting: ForgeEvent[] = [];
  let delivering = false;
  let closed = false;

  const hand = async (event: ForgeEvent) => {
    try {
      await handler(event);
    } catch (error) {
      failed('A listener failed; it gets the next event all the same', error);
    }
  };
  const deliver = async () => {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      for (const event of batch) if (!closed) await hand(event);
    }
    delivering = false;
  };

  return {
    put(events) {
      if (closed) return;
      for (const event of events) if (wants(event)) waiting.push(event);
      if (waiting.length > capacity) {
        const lost = waiting.length - capacity;
        waiting = waiting.slice(lost);
        failed(`A listener is too slow: the ${lost} oldest events were dropped for it; the store has them`);
      }
      if (delivering || waiting.length === 0) return;
      delivering = true;
      queueMicrotask(() => void deliver());
    },
    get idle() {
      return !delivering;
    },
    close() {
      closed = true;
      waiting = [];
    },
  };
}
