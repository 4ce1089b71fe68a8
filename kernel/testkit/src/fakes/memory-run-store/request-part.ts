import { forgeError, type RunStore } from '@forge/plugin-api';
import { held } from './run-parts.ts';
import { copy, type Tables } from './tables.ts';

type RequestPart = Pick<RunStore, 'openRequest' | 'decideRequest' | 'getRequest' | 'listRequests'>;

export function createRequestPart({ runs, requests }: Tables): RequestPart {
  return {
    async openRequest(lease, request) {
      held(runs, lease);
      if (!requests.has(request.id)) requests.set(request.id, copy(request));
    },
    async decideRequest(requestId, decision) {
      const request = requests.get(requestId);
      if (request === undefined) throw forgeError('REQUEST_NOT_FOUND', `There is no request ${requestId}`);
      if (request.decision !== undefined) {
        throw forgeError('REQUEST_DECIDED', `Request ${requestId} was decided by ${request.decision.by}`);
      }
      const decided = { ...request, decision: copy(decision) };
      requests.set(requestId, decided);
      return copy(decided);
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
