import type { EventHandler, EventTransport, ForgeEvent } from '@forge/plugin-api';

interface Listener {
  wants(event: ForgeEvent): boolean;
  readonly handler: EventHandler;
  /** Settles when it has taken all that it was given. */
  done: Promise<void>;
}

/** Events within one process, for tests: no limit on what waits, and failures of listeners are not told. */
export function createMemoryBus(): EventTransport {
  const listeners = new Set<Listener>();
  return {
    name: 'memory',
    async publish(events) {
      for (const listener of listeners) {
        for (const event of events.filter((each) => listener.wants(each))) {
          listener.done = listener.done
            .then(() => (listeners.has(listener) ? listener.handler(event) : undefined))
            .catch(() => undefined);
        }
      }
    },
    subscribe(type, handler) {
      const wants = (event: ForgeEvent) =>
        type === '*' || type === event.type || (type.endsWith('.*') && event.type.startsWith(type.slice(0, -1)));
      const listener: Listener = { wants, handler, done: Promise.resolve() };
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async close() {
      listeners.clear();
    },
  };
}
