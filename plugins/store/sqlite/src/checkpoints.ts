import type { Checkpoint, Json, Lease } from '@forge/plugin-api';
import { numberOf, textOf, type DatabaseOnDemand } from '@forge/libsql';
import { heldBy, leaseLost } from './leases.ts';
import { storedJson } from './stored-json.ts';

export function createCheckpoints(database: DatabaseOnDemand) {
  return {
    async saveCheckpoint(lease: Lease, { id, seq, state, createdAt }: Checkpoint): Promise<void> {
      const outcome = await (await database.use()).write([
        heldBy(lease),
        {
          sql: 'INSERT OR REPLACE INTO checkpoints (run_id, id, seq, created_at, state) VALUES (?, ?, ?, ?, ?)',
          params: [lease.runId, id, seq, createdAt, JSON.stringify(state)],
        },
      ]);
      if (!outcome.committed) throw leaseLost(lease, `Checkpoint ${id} was not saved`);
    },

    async listCheckpoints(runId: string): Promise<readonly Checkpoint[]> {
      const rows = await (await database.use()).all(
        'SELECT id, seq, created_at, state FROM checkpoints WHERE run_id = ? ORDER BY seq DESC, rowid DESC',
        [runId],
      );
      return rows.map((row) => {
        const id = textOf(row, 'id');
        const state = storedJson(row, 'state', `run ${runId}, checkpoint ${id}`) as Json;
        return { id, runId, seq: numberOf(row, 'seq'), state, createdAt: numberOf(row, 'created_at') };
      });
    },
  };
}
