import { approvalStanding, type Clock, type StoredRequest } from '@forge/plugin-api';
import type { EventLog, EventMeta } from '../log/event-log.ts';
import type { RunState } from '../run/run-state.ts';

interface TellDeps {
  readonly events: EventLog;
  readonly state: RunState;
  readonly clock: Clock;
}

/** Votes and escalations that the log does not have yet: they come about while nobody works on the run. */
export async function tellProgress({ events, state, clock }: TellDeps, request: StoredRequest, meta: EventMeta) {
  const standing = approvalStanding(request, request.decision?.at ?? clock.now());
  if (standing === undefined) return;
  const { of, counted, passedOver } = standing;
  const { votes = 0, escalations = 0 } = state.requests[request.id] ?? {};
  for (const { level, vote } of counted.slice(votes))
    await events.emit('request.voted', { requestId: request.id, level, of, vote }, meta);
  for (const { level: from, at } of passedOver.slice(escalations)) {
    const level = from + 1;
    const approvers = [...(request.levels?.[from]?.approvers ?? [])];
    await events.emit('request.escalated', { requestId: request.id, from, level, of, approvers, at }, meta);
  }
}
