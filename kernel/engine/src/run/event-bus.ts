import { forgeError, type EventBus, type Json } from '@forge/plugin-api';
import type { EmitEvent } from '../execution/execution-emit.ts';
import { deepFreeze } from '../log/deep-freeze.ts';
import type { Run } from './run.ts';

/** The event log as an agent sees it: it may say its own things and listen to its run. */
export function createEventBus(run: Run, emit: EmitEvent): EventBus {
  return Object.freeze<EventBus>({
    async emit({ type, payload, rationale }) {
      await emit(
        'custom',
        { name: type, payload: (payload ?? null) as Json },
        rationale === undefined ? {} : { rationale },
      );
    },
    on(type, handler) {
      const prefix = type.endsWith('*') ? type.slice(0, -1) : undefined;
      return run.events.onStored((event) => {
        if (prefix === undefined ? event.type === type : event.type.startsWith(prefix)) {
          Promise.resolve(handler(ownCopy(event))).catch((error: unknown) =>
            run.deps.log.warn('an event handler failed', { error: String(error) }),
          );
        }
      });
    },
    async replay(traceId) {
      if (traceId !== run.id)
        throw forgeError('PERMISSION_MISSING', `An agent of run ${run.id} asked for the events of run ${traceId}`);
      await run.events.settled();
      return ownCopy(await run.store.readEvents(traceId));
    },
  });
}

/** The log's own events are everybody's. */
function ownCopy<T>(value: T): T {
  return deepFreeze(structuredClone(value));
}
