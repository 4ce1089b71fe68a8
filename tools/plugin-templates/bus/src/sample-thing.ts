import type { EventHandler, EventTransport, ForgeEvent } from '@forge/plugin-api';

interface Listener {
  wants(event: ForgeEvent): boolean;
  readonly handler: EventHandler;
  /** Settles when it has taken all that it was given. */
  done: Promise<void>;
}

/**
 * Each listener gets one event after the other; one that is slow or throws delays only itself. Losing an event loses
 * nothing, because the store has it.
 */
export function createSampleThing(failed: (error: unknown) => void): Required<EventTransport> {
  const listeners = new Set<Listener>();
  return {
    name: 'sample-thing',
    async publish(events) {
      for (const listener of listeners) {
        for (const event of events.filter((each) => listener.wants(each))) {
          listener.done = listener.done
            .then(() => (listeners.has(listener) ? listener.handler(event) : undefined))
            .catch(failed);
        }
      }
    },
    subscribe(type, handler) {
      const listener: Listener = { wants: matcher(type), handler, done: Promise.resolve() };
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async close() {
      listeners.clear();
    },
  };
}

/** A type, a prefix such as `tool.*`, or `*`. */
function matcher(type: string): (event: ForgeEvent) => boolean {
  if (type === '*') return () => true;
  if (type.endsWith('.*')) return (event) => event.type.startsWith(type.slice(0, -1));
  return (event) => event.type === type;
}
