import { createHash } from 'node:crypto';
import { type ForgeEvent, forgeError, type RunRecord, type RunStore } from '@forge/plugin-api';
import { queueDeliveries } from './outbox-part.ts';
import { held } from './run-parts.ts';
import { copy, type Tables } from './tables.ts';

type LogPart = Pick<RunStore, 'append' | 'readEvents' | 'saveCheckpoint' | 'listCheckpoints'>;

export function createLogPart(tables: Tables): LogPart {
  const { runs } = tables;
  return {
    async append(lease, events, patch = {}) {
      const row = held(runs, lease);
      checkLinks(row.record, events);
      row.events.push(...events.map(copy));
      row.record = headAfter({ ...row.record, ...patch }, events);
      queueDeliveries(tables, events);
    },
    async readEvents(runId, { after = 0, limit } = {}) {
      const events = runs.get(runId)?.events ?? [];
      return events.slice(after, limit === undefined ? undefined : after + limit).map(copy);
    },
    async saveCheckpoint(lease, checkpoint) {
      const row = held(runs, lease);
      row.checkpoints = [copy(checkpoint), ...row.checkpoints.filter(({ id }) => id !== checkpoint.id)];
    },
    async listCheckpoints(runId) {
      return (runs.get(runId)?.checkpoints ?? []).map(copy).sort((one, other) => other.seq - one.seq);
    },
  };
}

function checkLinks(record: RunRecord, events: readonly ForgeEvent[]): void {
  let [seq, hash] = [record.lastSeq, record.lastHash];
  for (const event of events) {
    if (event.traceId !== record.id) throw forgeError('EVENT_INVALID', `An event of run ${event.traceId}`);
    // What the first event follows is decided by who writes it.
    if (event.seq !== seq + 1 || (seq > 0 && event.previousHash !== hash)) {
      throw forgeError('SEQUENCE_CONFLICT', `Event ${event.seq} does not follow event ${seq} of run ${record.id}`);
    }
    [seq, hash] = [event.seq, event.hash];
  }
}

function headAfter(record: RunRecord, events: readonly ForgeEvent[]): RunRecord {
  const last = events.at(-1);
  // Copying drops what was patched to undefined.
  if (last === undefined) return copy(record);
  return copy({ ...record, lastSeq: last.seq, lastHash: last.hash, updatedAt: last.timestamp });
}

type BlobPart = Pick<RunStore, 'putBlob' | 'getBlob' | 'collectGarbage'>;

export function createBlobPart({ blobs, runs }: Tables): BlobPart {
  return {
    async putBlob(bytes) {
      const hash = createHash('sha256').update(bytes).digest('hex');
      blobs.set(hash, Uint8Array.from(bytes));
      return hash;
    },
    async getBlob(hash) {
      const bytes = blobs.get(hash);
      if (bytes === undefined) throw forgeError('BLOB_NOT_FOUND', `There is no blob ${hash}`);
      return Uint8Array.from(bytes);
    },
    async collectGarbage({ before }) {
      // Without a clock everything was stored long ago.
      if (before <= 0) return { blobs: 0, bytes: 0 };
      const log = JSON.stringify([...runs.values()].map(({ events }) => events));
      const garbage = [...blobs].filter(([hash]) => !log.includes(`Blob":"${hash}"`));
      for (const [hash] of garbage) blobs.delete(hash);
      return { blobs: garbage.length, bytes: garbage.reduce((sum, [, { byteLength }]) => sum + byteLength, 0) };
    },
  };
}
