import { forgeError, type Decision, type Lease, type StoredRequest, type Vote } from '@forge/plugin-api';
import { textOf, type DatabaseOnDemand, type Row } from '@forge/libsql';
import { heldBy, leaseLost } from './leases.ts';
import { storedJson } from './stored-json.ts';

export function createRequests(database: DatabaseOnDemand) {
  const getRequest = async (requestId: string): Promise<StoredRequest | undefined> => {
    const row = await (await database.use()).get('SELECT id, body, decision FROM requests WHERE id = ?', [requestId]);
    return row === undefined ? undefined : requestOf(row);
  };

  /** Changes a request unless it is decided, and gives it as it is then. */
  const whileOpen = async (requestId: string, change: string, value: string): Promise<StoredRequest> => {
    const outcome = await (await database.use()).write([
      { sql: `UPDATE requests SET ${change} WHERE id = ? AND decision IS NULL`, params: [value, requestId], expect: 1 },
      { sql: 'SELECT id, body, decision FROM requests WHERE id = ?', params: [requestId] },
    ]);
    const row = outcome.committed ? outcome.results[1]?.rows[0] : undefined;
    if (row !== undefined) return requestOf(row);
    const found = await getRequest(requestId);
    throw found === undefined ? notFound(requestId) : decided(found);
  };

  return {
    getRequest,

    async openRequest(lease: Lease, { decision, ...request }: StoredRequest): Promise<void> {
      if (request.runId !== lease.runId) {
        throw forgeError('INPUT_INVALID', `Request ${request.id} belongs to run ${request.runId}`, {
          where: lease.runId,
        });
      }
      const outcome = await (await database.use()).write([
        heldBy(lease),
        {
          sql: `INSERT INTO requests (id, run_id, created_at, body, decision) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (id) DO NOTHING`,
          params: [
            request.id,
            request.runId,
            request.createdAt,
            JSON.stringify(request),
            decision === undefined ? undefined : JSON.stringify(decision),
          ],
        },
      ]);
      if (!outcome.committed) throw leaseLost(lease, `Request ${request.id} was not opened`);
    },

    decideRequest: (requestId: string, decision: Decision): Promise<StoredRequest> =>
      whileOpen(requestId, 'decision = ?', JSON.stringify(decision)),

    addVote: (requestId: string, vote: Vote): Promise<StoredRequest> =>
      whileOpen(
        requestId,
        `body = json_set(body, '$.votes', json_insert(coalesce(json_extract(body, '$.votes'), '[]'), '$[#]', json(?)))`,
        JSON.stringify(vote),
      ),

    async listRequests(
      query: { readonly runId?: string; readonly open?: boolean } = {},
    ): Promise<readonly StoredRequest[]> {
      const rows = await (await database.use()).all(
        `SELECT id, body, decision FROM requests
          WHERE (?1 IS NULL OR run_id = ?1) AND (?2 IS NULL OR (decision IS NULL) = ?2)
          ORDER BY created_at, rowid`,
        [query.runId, query.open === undefined ? undefined : Number(query.open)],
      );
      return rows.map(requestOf);
    },
  };
}

function requestOf(row: Row): StoredRequest {
  const where = `request ${textOf(row, 'id')}`;
  const request = storedJson(row, 'body', where) as StoredRequest;
  const decision = storedJson(row, 'decision', where) as Decision | undefined;
  return decision === undefined ? request : { ...request, decision };
}

function notFound(requestId: string): Error {
  const fix = 'forge inbox lists what is open';
  return forgeError('REQUEST_NOT_FOUND', `There is no request ${requestId}`, { where: requestId, fix });
}

function decided({ id, runId, decision }: StoredRequest): Error {
  return forgeError('REQUEST_DECIDED', `Request ${id} was decided by ${decision?.by}`, {
    where: runId,
    why: `The first decision counts; it came through ${decision?.channel}`,
    ...(decision === undefined ? {} : { data: { decision } }),
  });
}
