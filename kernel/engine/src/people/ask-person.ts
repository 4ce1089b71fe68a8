import {
  approvalStanding,
  forgeError,
  humanRequestSchema,
  isForgeError,
  type ApprovalLevel,
  type Clock,
  type Decision,
  type HumanGate,
  type HumanRequest,
  type Json,
  type Lease,
  type Logger,
  type RequestImage,
  type RunStore,
  type StoredRequest,
  z,
} from '@forge/plugin-api';
import type { PassCrashPoint } from '../crash-points.ts';
import type { EventLog, EventMeta } from '../log/event-log.ts';
import { hashJson } from '../log/hash.ts';
import { maskJson } from '../log/mask-json.ts';
import type { RunState } from '../run/run-state.ts';
import { decideRequest, settleStanding } from './decide-request.ts';
import { firstAnswer } from './first-answer.ts';
import { supersede } from './supersede.ts';
import { tellProgress } from './tell-progress.ts';

export interface AskDeps {
  readonly store: RunStore;
  readonly events: EventLog;
  readonly state: RunState;
  lease(): Lease;
  gates(): Promise<readonly HumanGate[]>;
  readonly clock: Clock;
  newId(): string;
  mask(text: string): string;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Throws when the run is to stop. */
  beforeStep(): void;
  readonly crashPoint: PassCrashPoint;
  /** Of the person who started this process. */
  readonly userName: string;
  /** Decides without a person where the person allowed it beforehand. */
  policy(request: HumanRequest): Decision | undefined;
}

export interface Ask {
  readonly kind: HumanRequest['kind'];
  readonly title: string;
  readonly body?: string;
  readonly options?: HumanRequest['options'];
  readonly reason: string;
  /** What the decision is bound to. Default: what is `shown`, or else the words. */
  readonly subject?: Json;
  /** See `HumanRequest.shown`. An approval about something else takes the place of an open one of its phase. */
  readonly shown?: Readonly<Record<string, string>>;
  readonly phase?: string | undefined;
  readonly executionId?: string | undefined;
  readonly taskId?: string | undefined;
  /** In the execution's journal. */
  readonly ordinal?: number;
  readonly timeoutMs?: number;
  readonly images?: readonly RequestImage[];
  /** Paths of the files that the change touches. */
  readonly files?: readonly string[];
  /** See `HumanRequest.levels`; empty: anybody, once. */
  readonly levels?: readonly ApprovalLevel[];
  /** Taken as the answer when nobody answers. Without it the run parks. */
  readonly assumption?: string | undefined;
}

/**
 * Asks whoever can be asked and waits for the first decision, which may come from another process. Rejects with
 * WAITING_FOR_PERSON when nobody answers here: the request stays open, and the run parks.
 */
export async function askPerson(deps: AskDeps, asked: Ask): Promise<Decision> {
  const ask = maskJson(asked, deps.mask);
  const hash = subjectHash(asked, deps.mask);
  const known = knownRequest(deps.state, hash);
  const { request, beforehand } = known === undefined ? await open(deps, ask, hash) : { request: known };
  const decided = deps.state.requests[request.id]?.decision;
  if (decided !== undefined) return decided;
  const decision = await decide(deps, request, ask, beforehand);
  deps.crashPoint('request.decided');
  await deps.events.emit('request.decided', { requestId: request.id, decision }, metaOf(ask));
  return decision;
}

/** The same thing was asked before this process began. */
function knownRequest(state: RunState, hash: string): HumanRequest | undefined {
  const asked = Object.values(state.requests).filter(({ decision }) => decision?.supersededBy === undefined);
  return asked.find(({ request }) => request.subjectHash === hash)?.request;
}

interface Opened {
  readonly request: HumanRequest;
  /** What a person allowed beforehand decides it: the others are told that nobody is asked. */
  readonly beforehand?: Decision | undefined;
}

async function open(deps: AskDeps, ask: Ask, hash: string): Promise<Opened> {
  const { store, events } = deps;
  const request = (await leftOpen(deps, hash)) ?? newRequest(deps, ask, hash);
  const beforehand = deps.policy(request);
  // People see it before its event is written: nobody is asked because of a reply that a crash would take back.
  await events.durable();
  await store.openRequest(deps.lease(), request);
  deps.crashPoint('request.opened');
  await events.emit(
    'request.opened',
    {
      request,
      ...(ask.ordinal === undefined ? {} : { ordinal: ask.ordinal }),
      ...(beforehand === undefined ? {} : { decidedBy: beforehand.by }),
    },
    metaOf(ask),
  );
  for (const [id, decision] of await supersede(deps, request))
    await events.emit('request.decided', { requestId: id, decision }, metaOf(ask));
  return { request, beforehand };
}

/** Stored by a process that ended before its log knew of it; it may be answered by now. */
async function leftOpen({ store, lease }: AskDeps, hash: string): Promise<HumanRequest | undefined> {
  const all = await store.listRequests({ runId: lease().runId });
  const found = all.find(({ subjectHash: known, decision }) => known === hash && decision?.supersededBy === undefined);
  if (found === undefined) return undefined;
  const { decision: _decision, ...request } = found;
  return request;
}

/** Rejects with INPUT_INVALID: what an agent asks comes from a plugin, and everybody's inbox shows it. */
function newRequest({ clock, ...deps }: AskDeps, ask: Ask, hash: string): HumanRequest {
  const parsed = humanRequestSchema.safeParse({
    id: deps.newId(),
    runId: deps.lease().runId,
    kind: ask.kind,
    title: ask.title,
    body: ask.body ?? '',
    options: ask.options ?? [],
    reason: ask.reason,
    ...(ask.phase === undefined ? {} : { phase: ask.phase }),
    ...(ask.executionId === undefined ? {} : { executionId: ask.executionId }),
    subjectHash: hash,
    ...(ask.shown === undefined ? {} : { shown: { ...ask.shown } }),
    ...(ask.images === undefined ? {} : { images: [...ask.images] }),
    ...(ask.files === undefined ? {} : { files: [...ask.files] }),
    ...(ask.levels === undefined || ask.levels.length === 0 ? {} : { levels: [...ask.levels] }),
    createdAt: clock.now(),
    ...(ask.timeoutMs === undefined ? {} : { expiresAt: clock.now() + ask.timeoutMs }),
  });
  if (parsed.success) return parsed.data;
  throw forgeError('INPUT_INVALID', 'What is asked has a wrong shape', { why: z.prettifyError(parsed.error) });
}

async function decide(
  deps: AskDeps,
  request: HumanRequest,
  ask: Ask,
  beforehand: Decision | undefined,
): Promise<Decision> {
  const already = await standingOf(deps, request, ask);
  if (already.decision !== undefined) return already.decision;
  const decision = beforehand ?? deps.policy(request) ?? (await firstAnswer(deps, request, ask));
  if (decision !== undefined) await settle(deps, request, maskJson(decision, deps.mask));
  const now = await standingOf(deps, request, ask);
  if (now.decision === undefined) throw waiting(now, approvalStanding(now, deps.clock.now())?.dueAt);
  return now.decision;
}

/** The request as it is now. What others said, and what time did, is in the log then. */
async function standingOf(deps: AskDeps, asked: HumanRequest, ask: Ask): Promise<StoredRequest> {
  const request = await settleStanding(deps, (await deps.store.getRequest(asked.id)) ?? asked);
  await tellProgress(deps, request, metaOf(ask));
  return request;
}

/** Writes the decision down, unless somebody else's was there first: then that one counts. */
async function settle(deps: AskDeps, { id }: HumanRequest, decision: Decision): Promise<void> {
  try {
    await decideRequest(deps, id, decision);
  } catch (error) {
    if (isForgeError(error, 'NOT_AN_APPROVER')) deps.log.warn(error.message, { why: error.details.why });
    else if (!isForgeError(error, 'REQUEST_DECIDED')) throw error;
  }
}

/** `wakeAt`: when time decides, or asks somebody else. */
function waiting(request: HumanRequest, wakeAt: number | undefined): Error {
  const verb = request.kind === 'approval' ? 'approve' : 'answer';
  return forgeError('WAITING_FOR_PERSON', `Waits for a person: ${request.title}`, {
    fix: `forge ${verb} ${request.runId}`,
    data: {
      requestId: request.id,
      reason: request.kind === 'approval' ? 'approval' : 'question',
      ...(wakeAt === undefined ? {} : { wakeAt }),
    },
  });
}

/** What a request is known by, in this process and in others. */
export function subjectHash(ask: Ask, mask: (text: string) => string): string {
  const { kind, title, body, options, subject, shown, images, executionId, ordinal } = maskJson(ask, mask);
  return hashJson({ kind, title, subject: subject ?? shown ?? { body, options }, images, executionId, ordinal });
}

function metaOf({ phase, executionId, taskId }: Ask): EventMeta {
  return { phase, executionId, taskId };
}
