import type { EventHandler, EventTransport, ForgeEvent } from '@forge/plugin-api';

/** The events that streams of the server bring, for whoever listens here. */
export interface RemoteEvents {
  readonly transport: EventTransport;
  tell(event: ForgeEvent): void;
  /** How far a run was read: a stream goes on from there. */
  readonly seen: Map<string, number>;
}

export function createRemoteEvents(): RemoteEvents {
  const handlers = new Set<EventHandler>();
  return {
    seen: new Map(),
    tell: (event) => handlers.forEach((handler) => void handler(event)),
    transport: {
      name: 'server',
      publish: async () => {},
      subscribe(_, handler) {
        handlers.add(handler);
        return () => void handlers.delete(handler);
      },
    },
  };
}
