import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { verifyCheckpoints } from '@forge/core';
import type { Checkpoint, ForgeEvent, Json } from '@forge/plugin-api';

/** Throws when a checkpoint of a stored run is not the fold of its events, or a completed run has none. */
export async function expectCheckpointsToFit(stateDirectory: string): Promise<void> {
  const file = join(stateDirectory, 'runs.db');
  if (!existsSync(file)) return;
  for (const { id, status, events, checkpoints } of readIfDatabase(file)) {
    const version = (checkpoints[0]?.state as { readonly forgeVersion?: string } | undefined)?.forgeVersion ?? '';
    const found = await verifyCheckpoints(events, checkpoints, version);
    if (!found.ok) throw new Error(`Checkpoint ${found.id} of run ${id} is not the fold of events 1 to ${found.seq}`);
    if (status === 'completed' && found.checkpoints === 0) throw new Error(`Run ${id} has no checkpoint`);
  }
}

/** Some repositories bring a file of that name, which Forge refuses. */
function readIfDatabase(file: string): ReturnType<typeof read> {
  try {
    return read(file);
  } catch (error) {
    if (error instanceof Error && error.message === 'file is not a database') return [];
    throw error;
  }
}

/** As it is at one moment: other processes may be writing. */
function read(file: string) {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    database.exec('PRAGMA busy_timeout = 5000; BEGIN');
    const runs = database.prepare('SELECT id, status FROM runs').all() as { id: string; status: string }[];
    return runs.map(({ id, status }) => ({
      id,
      status,
      events: database
        .prepare('SELECT body FROM events WHERE run_id = ? ORDER BY seq')
        .all(id)
        .map(({ body }) => JSON.parse(body as string) as ForgeEvent),
      checkpoints: database
        .prepare('SELECT id, seq, created_at, state FROM checkpoints WHERE run_id = ?')
        .all(id)
        .map(
          (row): Checkpoint => ({
            id: row['id'] as string,
            runId: id,
            seq: row['seq'] as number,
            createdAt: row['created_at'] as number,
            state: JSON.parse(row['state'] as string) as Json,
          }),
        ),
    }));
  } finally {
    database.close();
  }
}
