import type { EventPayload, EventType, ForgeEvent, RunPatch } from '@forge/plugin-api';
import type { EventMeta } from '../log/event-log.ts';

/** An event of another run, as it is written into the log of a fork. */
export interface InheritedEvent {
  readonly type: EventType;
  readonly payload: EventPayload<EventType>;
  readonly meta: EventMeta;
  /** What it changes in the head of the run. */
  readonly patch: RunPatch | undefined;
}

/** They tell of the other run's beginnings, ends and place, not of its work. */
const ofTheRunItself: ReadonlySet<EventType> = new Set<EventType>([
  'run.started',
  'run.resumed',
  'run.parked',
  'run.completed',
  'run.failed',
  'run.discarded',
  'sandbox.selected',
  'phase.failed',
  'deployment.decided',
  'deployment.stage',
  'deployment.rolledback',
]);

/**
 * What a fork takes over of the first events of another run: plan, replies, results, decisions, merges, tests. What
 * was paid for is not paid again, so it costs nothing there. Left out is
 *
 * - what was deployed, and the word of a person to deploy: a fork has a branch of its own,
 * - questions that are open: they are asked again,
 * - the work of an implementer that is not a commit yet: it lies in a checkout as it is now, and not as it was.
 */
export function inheritEvents(events: readonly ForgeEvent[], runId: string): readonly InheritedEvent[] {
  const decided = new Set(events.flatMap((event) => (event.type === 'request.decided' ? event.payload.requestId : [])));
  const begunAgain = uncommitted(events);
  const approvals = new Set<string>();

  return events.filter(isTaken).map((event) => ({
    type: event.type,
    payload: payloadOf(event),
    meta: metaOf(event),
    patch: event.type === 'phase.entered' ? { phase: event.payload.phase } : undefined,
  }));

  function isTaken(event: ForgeEvent): boolean {
    if (ofTheRunItself.has(event.type)) return false;
    if ((event.type === 'phase.entered' || event.type === 'phase.completed') && event.payload.phase === 'deployment')
      return false;
    if (event.type === 'request.opened') {
      const { request, ordinal } = event.payload;
      if (event.phase === 'deployment' && ordinal === undefined) approvals.add(request.id);
      return decided.has(request.id) && !approvals.has(request.id);
    }
    // An answer stays an answer, whoever asks for it again.
    if (event.type === 'request.decided') return !approvals.has(event.payload.requestId);
    return event.executionId === undefined || !begunAgain.has(event.executionId);
  }

  function payloadOf(event: ForgeEvent): EventPayload<EventType> {
    const { payload } = event;
    if (event.type === 'request.opened') {
      const { request, ordinal } = event.payload;
      const inJournal = ordinal !== undefined && !begunAgain.has(event.executionId ?? '');
      return { request: { ...request, runId }, ...(inJournal ? { ordinal } : {}) };
    }
    if (event.type === 'llm.requested') {
      const { reservedUsage: _reservedUsage, ...rest } = event.payload;
      return { ...rest, reservedTokens: 0, reservedUsd: 0 };
    }
    if (event.type === 'llm.responded') return { ...withoutUsage(event.payload), costUsd: 0 };
    if (event.type === 'tool.result') return withoutSpending(event.payload);
    return 'costUsd' in payload ? withoutUsage(payload) : payload;
  }
}

function withoutUsage<T extends object>(payload: T): T {
  const { usage: _usage, costUsd: _costUsd, ...rest } = payload as T & { usage?: unknown; costUsd?: unknown };
  return rest as T;
}

function metaOf({ source, phase, taskId, executionId, rationale, durationMs }: ForgeEvent): EventMeta {
  return { source, phase, taskId, executionId, rationale, durationMs };
}

/** Executions of implementers after which their task neither was completed nor merged. */
function uncommitted(events: readonly ForgeEvent[]): ReadonlySet<string> {
  const open = new Map<string, string | undefined>();
  for (const event of events) {
    if (event.type === 'execution.started' && event.payload.agentType === 'implementer' && event.executionId)
      open.set(event.executionId, event.taskId);
    // Older logs say that a task is completed after its merge, and without a base.
    if (event.type !== 'task.merged' && !(event.type === 'task.completed' && event.payload.base !== undefined))
      continue;
    for (const [executionId, taskId] of open) if (taskId === event.payload.taskId) open.delete(executionId);
  }
  return new Set(open.keys());
}

/** Commits that a fork needs the objects of. */
export function commitsOf(events: readonly ForgeEvent[]): readonly string[] {
  const tasks = events.findLast((event) => event.type === 'plan.created')?.payload.plan.tasks ?? [];
  const merged = new Map(
    events.flatMap((event) => (event.type === 'task.merged' ? [[event.payload.taskId, event.payload.commit]] : [])),
  );
  // Once all of them are on the branch, nobody looks at what each was before.
  const areMerged = tasks.every(({ id }) => merged.has(id));
  return [
    ...events.flatMap((event) => {
      if (event.type === 'run.started') return event.payload.base.commit;
      return event.type === 'task.completed' && !areMerged ? (event.payload.commit ?? []) : [];
    }),
    ...merged.values(),
  ];
}

function withoutSpending({ spent: _spent, ...rest }: EventPayload<'tool.result'>) {
  return rest;
}
