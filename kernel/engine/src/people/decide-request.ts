import { type Clock, type Decision, isForgeError, type RunStore, type StoredRequest } from '@forge/plugin-api';
import type { PersonsDecision } from '../engine.ts';
import { requestChanged } from './request-changed.ts';

/** A person's word from outside of the run. It counts when it is about what is asked now, and is the first. */
export async function decideRequest(
  { store, clock }: { readonly store: RunStore; readonly clock: Clock },
  requestId: string,
  { approved, answer, reason, subjectHash, by, channel }: PersonsDecision,
): Promise<void> {
  const request = await store.getRequest(requestId);
  if (request !== undefined) await refuseOther(store, request, subjectHash);
  const decision: Decision = {
    ...(approved === undefined ? {} : { approved }),
    ...(answer === undefined ? {} : { answer }),
    ...(reason === undefined ? {} : { reason }),
    ...(subjectHash === undefined ? {} : { subjectHash }),
    by,
    channel,
    at: clock.now(),
  };
  try {
    await store.decideRequest(requestId, decision);
  } catch (error) {
    if (!isForgeError(error, 'REQUEST_DECIDED')) throw error;
    // It may have changed in this very moment.
    const now = await store.getRequest(requestId);
    if (now !== undefined) await refuseOther(store, now, subjectHash);
    throw error;
  }
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
