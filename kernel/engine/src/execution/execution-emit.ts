import type { EventPayload, EventType, ForgeEvent } from '@forge/plugin-api';
import type { EventMeta } from '../log/event-log.ts';

/** Emits an event of one execution. Resolves when it is durable. */
export type ExecutionEmit = <T extends EventType>(
  type: T,
  payload: EventPayload<T>,
  meta?: Pick<EventMeta, 'rationale' | 'tokensUsed' | 'costUsd' | 'durationMs'>,
) => Promise<ForgeEvent>;
