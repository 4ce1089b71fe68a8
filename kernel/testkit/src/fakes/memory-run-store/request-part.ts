import { forgeError, type RunStore, type StoredRequest } from '@forge/plugin-api';
import { held } from './run-parts.ts';
import { copy, type Tables } from './tables.ts';

type RequestPart = Pick<RunStore, 'openRequest' | 'decideRequest' | 'addVote' | 'getRequest' | 'listRequests'>;

export function createRequestPart({ runs, requests }: Tables): RequestPart {
  const openRequest = (requestId: string): StoredRequest => {
    const request = requests.get(requestId);
    if (request === undefined) throw forgeError('REQUEST_NOT_FOUND', `There is no request ${requestId}`);
    if (request.decision === undefined) return request;
    throw forgeError('REQUEST_DECIDED', `Request ${requestId} was decided by ${request.decision.by}`);
  };
  const keep = (request: StoredRequest): StoredRequest => {
    requests.set(request.id, request);
    return copy(request);
  };
  return {
    async openRequest(lease, request) {
      held(runs, lease);
      if (!requests.has(request.id)) requests.set(request.id, copy(request));
    },
    async decideRequest(requestId, decision) {
      return keep({ ...openRequest(requestId), decision: copy(decision) });
    },
    async addVote(requestId, vote) {
      const request = openRequest(requestId);
      return keep({ ...request, votes: [...(request.votes ?? []), copy(vote)] });
    },
    async getRequest(requestId) {
      return copy(requests.get(requestId));
    },
    async listRequests({ runId, open } = {}) {
      return [...requests.values()]
        .filter((request) => runId === undefined || request.runId === runId)
        .filter(({ decision }) => open === undefined || (decision === undefined) === open)
        .sort((one, other) => one.createdAt - other.createdAt)
        .map(copy);
    },
  };
}
