import type { Forge } from '@forge/core';
import type { ForgeEvent, RunRecord, RunStore } from '@forge/plugin-api';

type EventHandler = (event: ForgeEvent) => void;

/** A run that does nothing but have events, behind as much of a host as following it takes. */
export function memoryRun() {
  const id = '01KRUN0000000000000000000';
  const events: ForgeEvent[] = [];
  const handlers = new Set<EventHandler>();
  let status: RunRecord['status'] = 'running';
  let owned = true;

  const record = (): RunRecord => ({
    id,
    task: 'Do nothing',
    repository: '/nowhere',
    status,
    branch: 'forge/nothing',
    costUsd: 0,
    tokens: 0,
    createdAt: 1,
    updatedAt: 1,
    lastSeq: events.length,
    lastHash: '',
    stopRequested: false,
  });
  const store = {
    getRun: async (runId: string) => (runId === id ? record() : undefined),
    listRuns: async () => [record()],
    readLease: async () =>
      owned
        ? { runId: id, owner: { id: 'o', host: 'h', pid: 1 }, fence: 1, expiresAt: Number.MAX_SAFE_INTEGER }
        : undefined,
    readEvents: async (_: string, { after = 0, limit }: { after?: number; limit?: number } = {}) =>
      events.slice(after, limit === undefined ? undefined : after + limit),
  } as unknown as RunStore;
  const bus = {
    subscribe: (_: string, handler: EventHandler) => {
      handlers.add(handler);
      return () => void handlers.delete(handler);
    },
  };
  const add = (type: string, payload: unknown): void => {
    const event = { id: `e${events.length}`, traceId: id, seq: events.length + 1, type, payload, source: 'test' };
    events.push(event as unknown as ForgeEvent);
    for (const handler of handlers) handler(event as unknown as ForgeEvent);
  };

  return {
    id,
    events,
    store,
    open: async () =>
      ({
        store: async () => store,
        bus: async () => bus,
        webhooks: { start: async () => {} },
        close: async () => {},
      }) as unknown as Forge,
    emit: (words: string) => add('agent.note', { decision: words }),
    end() {
      status = 'completed';
      add('run.completed', { summary: '', proof: '' });
    },
    abandon() {
      owned = false;
    },
  };
}
