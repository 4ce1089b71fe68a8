import {
  approvalStanding,
  type Clock,
  type Decision,
  forgeError,
  isForgeError,
  mayApprove,
  type RunStore,
  type StoredRequest,
} from '@forge/plugin-api';
import type { PersonsDecision } from '../engine.ts';
import { requestChanged } from './request-changed.ts';

interface DecideDeps {
  readonly store: RunStore;
  readonly clock: Clock;
}

/**
 * A person's word. It counts when it is about what is asked now, of somebody who is asked, and the first, or one of as
 * many as it takes. Gives the request as it is then.
 */
export async function decideRequest(
  deps: DecideDeps,
  requestId: string,
  { approved, answer, reason, subjectHash, by, channel, rule }: PersonsDecision & Pick<Decision, 'rule'>,
): Promise<StoredRequest> {
  const { store, clock } = deps;
  const request = await store.getRequest(requestId);
  if (request !== undefined) await refuseOther(store, request, subjectHash);
  const decision: Decision = {
    ...(approved === undefined ? {} : { approved }),
    ...(answer === undefined ? {} : { answer }),
    ...(reason === undefined ? {} : { reason }),
    ...(subjectHash === undefined ? {} : { subjectHash }),
    ...(rule === undefined ? {} : { rule }),
    by,
    channel,
    at: clock.now(),
  };
  try {
    if (request?.levels !== undefined && request.decision === undefined) return await vote(deps, request, decision);
    return await store.decideRequest(requestId, decision);
  } catch (error) {
    if (!isForgeError(error, 'REQUEST_DECIDED')) throw error;
    // It may have changed in this very moment.
    const now = await store.getRequest(requestId);
    if (now !== undefined) await refuseOther(store, now, subjectHash);
    throw error;
  }
}

async function vote(deps: DecideDeps, request: StoredRequest, decision: Decision): Promise<StoredRequest> {
  const { store } = deps;
  const { approved = false, by, channel, at, reason } = decision;
  const before = await settleStanding(deps, request);
  if (before.decision === undefined) {
    refuseStranger(before, by, at);
    const { subjectHash } = request;
    const cast = { approved, by, channel, at, ...(reason === undefined ? {} : { reason }) };
    const after = await settleStanding(deps, await store.addVote(request.id, cast), { channel, subjectHash });
    if (approvalStanding(after, at)?.counted.some(({ vote: { by: name } }) => name === by)) return after;
    // Somebody else's came in the same moment, and others are asked by now.
    if (after.decision === undefined) refuseStranger(after, by, at);
  }
  // Rejects, and says who decided.
  return store.decideRequest(request.id, decision);
}

/** Decides an approval whose votes, or whose time, have come to an end; gives it as it is then. */
export async function settleStanding(
  { store, clock }: DecideDeps,
  request: StoredRequest,
  { channel = 'kernel', subjectHash }: { readonly channel?: string; readonly subjectHash?: string } = {},
): Promise<StoredRequest> {
  const { outcome } = approvalStanding(request, clock.now()) ?? {};
  if (outcome === undefined || request.decision !== undefined) return request;
  const { votes = [] } = request;
  try {
    return await store.decideRequest(request.id, {
      ...outcome,
      channel,
      ...(subjectHash === undefined ? {} : { subjectHash }),
      ...(votes.length === 0 ? {} : { votes: [...votes] }),
    });
  } catch (error) {
    // Who voted in the same moment came to the same.
    if (!isForgeError(error, 'REQUEST_DECIDED')) throw error;
    return (await store.getRequest(request.id)) ?? request;
  }
}

function refuseStranger(request: StoredRequest, by: string, now: number): void {
  const standing = approvalStanding(request, now);
  if (standing === undefined || mayApprove(standing, by)) return;
  const { level, of, asked, counted } = standing;
  const before = counted.find(({ vote: { by: name } }) => name === by);
  throw forgeError(
    'NOT_AN_APPROVER',
    before === undefined ? `${by} is not asked here` : `${by} has decided already, at level ${before.level}`,
    {
      where: `request ${request.id}`,
      why: `level ${level} of ${of} takes ${asked.minimum} of: ${asked.approvers.join(', ')}`,
      fix: 'let one of them decide; approvals.levels says who is asked',
      data: { requestId: request.id, level, approvers: asked.approvers },
    },
  );
}

async function refuseOther(store: RunStore, request: StoredRequest, seenHash: string | undefined): Promise<void> {
  const asked = await inItsPlace(store, request);
  if (asked !== request) throw requestChanged(asked, request);
  if (seenHash === undefined || seenHash === request.subjectHash) return;
  const shown = await store.listRequests({ runId: request.runId });
  throw requestChanged(
    request,
    shown.find(({ subjectHash }) => subjectHash === seenHash),
  );
}

/** What is asked now instead of a request whose subject changed, maybe more than once. */
async function inItsPlace(store: RunStore, request: StoredRequest): Promise<StoredRequest> {
  const { supersededBy } = request.decision ?? {};
  const next = supersededBy === undefined ? undefined : await store.getRequest(supersededBy);
  return next === undefined ? request : inItsPlace(store, next);
}
