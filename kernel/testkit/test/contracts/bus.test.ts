import type { EventHandler, EventTransport, ForgeEvent } from '@forge/plugin-api';
import { describe, expect, test } from 'vitest';
import { busCases, failingCases, only } from '../../src/contracts/index.ts';

type Listener = { readonly type: string; readonly handler: EventHandler };

interface Rules {
  /** How events reach one listener. */
  readonly hand: (events: readonly ForgeEvent[], listener: Listener) => Promise<void> | void;
  readonly wants?: (type: string, event: ForgeEvent) => boolean;
  /** What happens before it listens, and is waited for by nobody. */
  readonly before?: () => Promise<unknown>;
  readonly stop?: (listeners: Set<Listener>, listener: Listener) => void;
}

const fits = (type: string, event: ForgeEvent) =>
  type === '*' || type === event.type || (type.endsWith('.*') && event.type.startsWith(type.slice(0, -1)));

/** A bus that would be right but for these rules. */
function busWith({ hand, wants = fits, before, stop = (all, one) => void all.delete(one) }: Rules): EventTransport {
  const listeners = new Set<Listener>();
  return {
    name: 'wrong',
    async publish(events) {
      for (const listener of [...listeners]) {
        const wanted = events.filter((event) => wants(listener.type, event));
        await hand(wanted, listener);
      }
    },
    subscribe(type, handler) {
      const listener = { type, handler };
      if (before === undefined) listeners.add(listener);
      else void before().then(() => listeners.add(listener));
      return () => stop(listeners, listener);
    },
    async close() {
      listeners.clear();
    },
  };
}

const guarded = async (event: ForgeEvent, { handler }: Listener) => {
  try {
    await handler(event);
  } catch {
    // As a right bus would.
  }
};
const inTurn = async (events: readonly ForgeEvent[], listener: Listener) => {
  for (const event of events) await guarded(event, listener);
};

const wrong: readonly ({ readonly fault: string; readonly caughtBy: string } & Rules)[] = [
  {
    fault: 'waits for its listeners',
    caughtBy: 'a listener that never ends holds up neither the publisher nor other listeners',
    hand: inTurn,
  },
  {
    fault: 'lets the failure of a listener reach the publisher',
    caughtBy: 'a listener that throws or rejects harms nobody, and gets the next event',
    hand: async (events, { handler }) => {
      for (const event of events) await handler(event);
    },
  },
  {
    fault: 'calls a listener again before it is done',
    caughtBy: 'order is kept for a slow listener, which gets one event at a time',
    hand(events, listener) {
      for (const event of events) void guarded(event, listener);
    },
  },
  {
    fault: 'delivers the last event first',
    caughtBy: 'a listener gets what was published, as it was',
    hand: (events, listener) => void inTurn(events.toReversed(), listener),
  },
  {
    fault: 'takes agent for agent.*',
    caughtBy: 'a listener gets the types it asked for: one, those with a prefix, or all',
    hand: (events, listener) => void inTurn(events, listener),
    wants: (type, event) => type === '*' || event.type.startsWith(type.replace(/\.\*$/, '')),
  },
  {
    fault: 'goes on after somebody stopped listening',
    caughtBy: 'who stops listening gets nothing more',
    hand: (events, listener) => void inTurn(events, listener),
    stop: () => undefined,
  },
  {
    fault: 'says that it listens before it does',
    caughtBy: 'who subscribes gets what is published from then on',
    hand: (events, listener) => void inTurn(events, listener),
    before: () => new Promise((resolve) => setImmediate(resolve)),
  },
  {
    fault: 'loses texts that are not well-formed',
    caughtBy: 'every text arrives exactly',
    hand: (events, listener) =>
      void inTurn(JSON.parse(JSON.stringify(events).replaceAll('\\ud800', '?')) as ForgeEvent[], listener),
  },
];

describe('the bus contract catches a bus that', () => {
  test.each(wrong)('$fault', async ({ caughtBy, ...rules }) => {
    expect(await failingCases(only(busCases, caughtBy), () => ({ bus: busWith(rules) }))).toEqual([caughtBy]);
  });
});
