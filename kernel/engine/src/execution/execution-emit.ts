import type { EventPayload, EventType, ForgeEvent } from '@forge/plugin-api';
import type { EventMeta } from '../log/event-log.ts';

type ExecutionMeta = Pick<EventMeta, 'rationale' | 'tokensUsed' | 'costUsd' | 'durationMs'>;

/** Emits an event of one execution. Resolves when it is durable. */
export type EmitEvent = <T extends EventType>(
  type: T,
  payload: EventPayload<T>,
  meta?: ExecutionMeta,
) => Promise<ForgeEvent>;

export interface ExecutionEmit extends EmitEvent {
  /**
   * For what a call has given. It is durable with the next event, and so before any deed that follows from it; nobody
   * has to wait for it.
   */
  readonly soon: EmitEvent;
  /** Resolves when all that was emitted is durable: for a deed that no event announces. */
  durable(): Promise<void>;
}
