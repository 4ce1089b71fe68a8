import { forgeError, type Lease, type RunRecord, type RunStore } from '@forge/plugin-api';
import { copy, type RunRow, type Tables } from './tables.ts';

type RunPart = Pick<RunStore, 'createRun' | 'getRun' | 'listRuns' | 'deleteRun' | 'requestStop'>;

export function createRunPart({ runs, requests, deliveries }: Tables): RunPart {
  return {
    async createRun(run) {
      if (runs.has(run.id)) throw forgeError('RUN_EXISTS', `There is a run ${run.id} already`);
      const record: RunRecord = {
        ...copy(run),
        status: 'running',
        costUsd: 0,
        tokens: 0,
        updatedAt: run.createdAt,
        lastSeq: 0,
        lastHash: '',
        stopRequested: false,
      };
      runs.set(run.id, { record, lease: undefined, fence: 0, events: [], checkpoints: [] });
      return copy(record);
    },
    async getRun(runId) {
      return copy(runs.get(runId)?.record);
    },
    async listRuns({ status, limit = 50, before } = {}) {
      return [...runs.values()]
        .map(({ record }) => record)
        .filter((record) => status?.includes(record.status) ?? true)
        .filter(({ id }) => before === undefined || id < before)
        .sort((one, other) => (one.id < other.id ? 1 : -1))
        .slice(0, limit)
        .map(copy);
    },
    async deleteRun(runId) {
      runs.delete(runId);
      for (const [id, request] of requests) if (request.runId === runId) requests.delete(id);
      for (const [id, { delivery }] of deliveries) if (delivery.runId === runId) deliveries.delete(id);
    },
    async requestStop(runId) {
      const row = rowOf(runs, runId);
      row.record = { ...row.record, stopRequested: true };
    },
  };
}

type LeasePart = Pick<RunStore, 'acquireLease' | 'renewLease' | 'releaseLease' | 'readLease'>;

export function createLeasePart({ runs }: Tables): LeasePart {
  return {
    async acquireLease(runId, { owner, ttlMs, now, replace }) {
      const row = rowOf(runs, runId);
      const { lease } = row;
      if (lease !== undefined && lease.expiresAt > now && lease.owner.id !== replace) {
        throw forgeError('LEASE_HELD', `Run ${runId} is led by process ${lease.owner.pid}`, {
          data: copy(lease.owner),
        });
      }
      row.fence++;
      row.lease = { runId, owner: copy(owner), fence: row.fence, expiresAt: now + ttlMs };
      return copy(row.lease);
    },
    async renewLease(lease, { ttlMs, now }) {
      const row = held(runs, lease);
      row.lease = { ...copy(lease), expiresAt: now + ttlMs };
      return copy(row.lease);
    },
    async releaseLease(lease) {
      const row = runs.get(lease.runId);
      if (row?.lease?.fence === lease.fence) row.lease = undefined;
    },
    async readLease(runId) {
      return copy(runs.get(runId)?.lease);
    },
  };
}

function rowOf(runs: Tables['runs'], runId: string): RunRow {
  const row = runs.get(runId);
  if (row === undefined) throw forgeError('RUN_NOT_FOUND', `There is no run ${runId}`);
  return row;
}

/** The row, if the lease is still the one in force. */
export function held(runs: Tables['runs'], lease: Lease): RunRow {
  const row = runs.get(lease.runId);
  if (row?.lease?.fence === lease.fence) return row;
  throw forgeError('LEASE_LOST', `Run ${lease.runId} is led by another process`);
}
