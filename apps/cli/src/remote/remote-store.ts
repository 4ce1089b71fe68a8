import { forgeError, isForgeError, type RunRecord, type RunStatus, type RunStore } from '@forge/plugin-api';
import type { ForgeClient, Run } from '@forge/sdk';
import type { RemoteEvents } from './remote-events.ts';

const pageSize = 500;

/** The stored runs of a server. What only the owner of a run may write cannot be written from here. */
export function createRemoteStore(
  client: ForgeClient,
  repository: string | undefined,
  { seen }: Pick<RemoteEvents, 'seen'>,
): RunStore {
  const readable: Partial<RunStore> = {
    name: 'server',
    getRun: (runId) => orNone(client.runs.get(runId).then(recordOf)),
    async listRuns({ status, limit = 50, before } = {}) {
      const wanted = status === undefined ? {} : { status: withQueued(status) };
      const found: Run[] = [];
      let cursor = before;
      do {
        const page = await client.runs.list({
          ...wanted,
          repository,
          limit: Math.min(pageSize, limit - found.length),
          cursor,
        });
        found.push(...page.items);
        cursor = page.next;
      } while (cursor !== undefined && found.length < limit);
      return found.map(recordOf);
    },
    async readEvents(runId, { after = 0 } = {}) {
      const events = await client.runs.allEvents(runId, after);
      seen.set(runId, events.at(-1)?.seq ?? Math.max(after, seen.get(runId) ?? 0));
      return events;
    },
    async readLease(runId) {
      const run = await orNone(client.runs.get(runId));
      // Nobody works on it yet, and the server will.
      const server = { owner: { id: 'server', host: 'server', pid: 0 }, fence: 0, expiresAt: Number.MAX_SAFE_INTEGER };
      const lease = run?.status === 'queued' ? server : run?.lease;
      return lease === undefined ? undefined : { runId, ...lease };
    },
    // Checkpoints stay with the server: what others can hold it to is the log.
    listCheckpoints: async () => [],
    requestStop: async (runId) => void (await client.runs.cancel(runId)),
    getRequest: (requestId) => orNone(client.requests.get(requestId)),
    listRequests: async ({ runId, open = false } = {}) =>
      (await client.requests.list({ repository, runId, open })).items,
  };
  return new Proxy(readable as RunStore, {
    get(target, name) {
      if (name in target || typeof name === 'symbol' || name === 'then') return Reflect.get(target, name);
      throw forgeError('UNSUPPORTED', `A server's store has no ${name} for others`);
    },
  });
}

/** As runs are stored: one that waits for its turn counts as running, by the server. */
export function recordOf({ repositoryId: _repositoryId, status, ...run }: Run): RunRecord {
  return { ...run, status: status === 'queued' ? 'running' : status };
}

function withQueued(status: readonly RunStatus[]): Run['status'][] {
  return status.includes('running') ? [...status, 'queued'] : [...status];
}

async function orNone<Found>(found: Promise<Found>): Promise<Found | undefined> {
  try {
    return await found;
  } catch (error) {
    if (isForgeError(error, 'RUN_NOT_FOUND') || isForgeError(error, 'REQUEST_NOT_FOUND')) return undefined;
    throw error;
  }
}
