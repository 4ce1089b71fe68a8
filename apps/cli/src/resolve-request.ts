import { forgeError, type StoredRequest } from '@forge/plugin-api';
import { oneLine } from './render/text-width.ts';
import { matchId } from './resolve-id.ts';
import type { StoredRuns } from './stored-runs.ts';

/** An open request by its own id, or by the id of the run that waits for it. Rejects with REQUEST_NOT_FOUND or USAGE. */
export async function resolveRequest(store: StoredRuns, given: string): Promise<StoredRequest> {
  const exact = await store.getRequest(given);
  if (exact !== undefined) return exact;
  const open = await store.listRequests({ open: true });
  const candidates = open.flatMap((request) => {
    const label = `${request.kind}  ${oneLine(request.title)}`;
    return { id: request.id, label, request };
  });
  const byRequest = matchId(given, candidates, 'request');
  if (byRequest !== undefined) return byRequest.request;
  const runs = [...new Set(open.map(({ runId }) => runId))].map((id) => ({ id, label: 'run that waits' }));
  const run = matchId(given, runs, 'run that waits');
  const ofRun = open.filter(({ runId }) => runId === run?.id);
  if (ofRun.length > 1) {
    throw forgeError('USAGE', `Run ${run?.id} asks more than one thing`, {
      why: ofRun.map(({ id, title }) => `${id}  ${oneLine(title)}`).join('\n'),
      fix: 'give the id of the request',
    });
  }
  const [request] = ofRun;
  if (request !== undefined) return request;
  throw forgeError('REQUEST_NOT_FOUND', `Nothing that is open fits ${given}`, {
    fix: 'see what is asked: forge inbox',
  });
}
