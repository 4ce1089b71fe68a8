import { forgeError, type Lease, type LeaseOwner } from '@forge/plugin-api';
import { numberOf, type DatabaseOnDemand, type Row, type Statement } from '@forge/libsql';
import { runNotFound } from './runs.ts';
import { storedJson } from './stored-json.ts';

/** The condition in every statement that only the holder may run; it takes the run's id and the fence. */
export const held = 'id = ? AND fence = ? AND lease_owner IS NOT NULL';

/** Put before the steps of a write, it refuses the write when the lease is lost. */
export function heldBy(lease: Lease): Statement {
  return { guard: 'lease', sql: `SELECT 1 FROM runs WHERE ${held}`, params: [lease.runId, lease.fence], expect: 1 };
}

export function leaseLost(lease: Lease, why: string): Error {
  const { runId, fence } = lease;
  return forgeError('LEASE_LOST', `Run ${runId} is now led by another process`, {
    where: runId,
    why,
    fix: 'forge show tells which; this process must stop working on it',
    data: { fence },
  });
}

export function createLeases(database: DatabaseOnDemand) {
  const readLease = async (runId: string): Promise<Lease | undefined> => {
    const row = await (await database.use()).get(`SELECT ${leaseColumns} FROM runs WHERE id = ?`, [runId]);
    return row === undefined ? undefined : leaseOf(runId, row);
  };

  return {
    readLease,

    async acquireLease(
      runId: string,
      request: { readonly owner: LeaseOwner; readonly ttlMs: number; readonly now: number; readonly replace?: string },
    ): Promise<Lease> {
      const { owner, ttlMs, now, replace } = request;
      const outcome = await (await database.use()).write([
        { guard: 'run', sql: `SELECT ${leaseColumns} FROM runs WHERE id = ?`, params: [runId], expect: 1 },
        {
          guard: 'held',
          sql: `SELECT ${leaseColumns} FROM runs
            WHERE id = ? AND lease_owner IS NOT NULL AND lease_expires_at > ? AND lease_owner_id IS NOT ?`,
          params: [runId, now, replace],
          expect: 0,
        },
        {
          sql: `UPDATE runs SET fence = fence + 1, lease_owner = ?, lease_owner_id = ?, lease_expires_at = ? WHERE id = ?`,
          params: [JSON.stringify(owner), owner.id, now + ttlMs, runId],
        },
        { sql: 'SELECT fence FROM runs WHERE id = ?', params: [runId] },
      ]);
      const row = outcome.committed ? outcome.results[3]?.rows[0] : undefined;
      if (row !== undefined) return { runId, owner, fence: numberOf(row, 'fence'), expiresAt: now + ttlMs };
      const [found] = outcome.committed ? [] : outcome.rows;
      const holder = found === undefined ? undefined : leaseOf(runId, found);
      throw holder === undefined ? runNotFound(runId) : leaseHeld(holder);
    },

    async renewLease(lease: Lease, { ttlMs, now }: { readonly ttlMs: number; readonly now: number }): Promise<Lease> {
      const expiresAt = now + ttlMs;
      const outcome = await (await database.use()).write([
        {
          sql: `UPDATE runs SET lease_expires_at = ? WHERE ${held}`,
          params: [expiresAt, lease.runId, lease.fence],
          expect: 1,
        },
      ]);
      if (!outcome.committed) throw leaseLost(lease, 'The lease could not be renewed');
      return { ...lease, expiresAt };
    },

    async releaseLease(lease: Lease): Promise<void> {
      const sql = `UPDATE runs SET lease_owner = NULL, lease_owner_id = NULL, lease_expires_at = NULL WHERE ${held}`;
      await (await database.use()).write([{ sql, params: [lease.runId, lease.fence] }]);
    },
  };
}

const leaseColumns = 'fence, lease_owner, lease_expires_at';

function leaseOf(runId: string, row: Row): Lease | undefined {
  const owner = storedJson(row, 'lease_owner', `run ${runId}`) as LeaseOwner | undefined;
  if (owner === undefined) return undefined;
  return { runId, owner, fence: numberOf(row, 'fence'), expiresAt: numberOf(row, 'lease_expires_at') };
}

function leaseHeld({ runId, owner }: Lease): Error {
  return forgeError('LEASE_HELD', `Run ${runId} is led by process ${owner.pid} on ${owner.host}`, {
    where: runId,
    fix: `Let it work, or stop it: forge stop ${runId}`,
    data: owner,
  });
}
