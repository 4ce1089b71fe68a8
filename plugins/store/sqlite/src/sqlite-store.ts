import { join } from 'node:path';
import type { RunStore } from '@forge/plugin-api';
import { databaseOnDemand } from '@forge/libsql';
import { createBlobs } from './blobs.ts';
import { createCheckpoints } from './checkpoints.ts';
import { createEvents } from './events.ts';
import { createGarbage } from './garbage.ts';
import { createLeases } from './leases.ts';
import { createOutbox } from './outbox.ts';
import { createRequests } from './requests.ts';
import { createRuns } from './runs.ts';
import { migrations } from './schema.ts';

export interface SqliteStore extends RunStore {
  /** Opens the file now instead of at the first call. */
  open(): Promise<void>;
  close(): Promise<void>;
}

export interface SqliteStoreOptions {
  /** Absolute path; it will hold `runs.db` and `blobs/`. */
  readonly directory: string;
  /** Names that never repeat, for files on their way. */
  readonly newId: () => string;
}

/** Several processes may use the same directory: leases keep them apart. Touches nothing until it is used. */
export function createSqliteStore({ directory, newId }: SqliteStoreOptions): SqliteStore {
  const database = databaseOnDemand({ file: join(directory, 'runs.db'), migrations });
  const blobs = createBlobs(join(directory, 'blobs'), newId);
  return {
    name: 'sqlite',
    ...createRuns(database),
    ...createLeases(database),
    ...createEvents(database),
    ...createRequests(database),
    ...createCheckpoints(database),
    ...createOutbox(database),
    putBlob: blobs.putBlob,
    getBlob: blobs.getBlob,
    ...createGarbage(database, directory, blobs),
    open: async () => void (await database.use()),
    close: () => database.close(),
  };
}
