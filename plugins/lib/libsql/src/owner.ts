import { Connection } from './connection.ts';
import { faultFrom } from './fault.ts';
import { commitGroup } from './group-commit.ts';
import { migrate } from './migrate.ts';
import type { ReadRequest, Reply, Request, WorkerSettings, WriteRequest } from './protocol.ts';

// Each try waits for the lock as long as the busy time limit says.
const mostTries = 3;
// Bounds how long a neighbour waits for the others of its group, and how long the lock is held.
const largestGroup = 256;

/** The one owner of a connection: replaces it after a failure that leaves it suspect. */
export class Owner {
  readonly schemaVersion: number;
  readonly #settings: WorkerSettings;
  readonly #connect: (settings: WorkerSettings) => Connection;
  #connection: Connection | undefined;

  /** Opens and migrates. */
  constructor(settings: WorkerSettings, connect = (to: WorkerSettings) => new Connection(to)) {
    this.#settings = settings;
    this.#connect = connect;
    const { migrations, readOnly } = settings;
    this.schemaVersion = this.#attempt((connection) => migrate(connection, migrations, readOnly));
  }

  /** Writes first, in as few transactions as possible, then reads: a read sees every write that was asked before it. */
  answer(requests: readonly Request[]): Reply[] {
    const writes = requests.filter((request) => request.kind === 'write');
    const reads = requests.filter((request) => request.kind === 'read');
    const replies: Reply[] = [];
    for (let start = 0; start < writes.length; start += largestGroup) {
      replies.push(...this.#write(writes.slice(start, start + largestGroup)));
    }
    for (const read of reads) replies.push(this.#read(read));
    for (const { id, kind } of requests) if (kind === 'compact') replies.push(this.#compact(id));
    return replies;
  }

  close(): void {
    this.#connection?.discard();
    this.#connection = undefined;
  }

  #write(group: readonly WriteRequest[]): Reply[] {
    try {
      return this.#attempt((connection) => commitGroup(connection, group));
    } catch (error) {
      const { fault } = faultFrom(error, this.#settings.file);
      // One write too large for the disk must not take the small ones with it.
      if (group.length > 1 && fault.code !== 'STORE_BUSY') return group.flatMap((write) => this.#write([write]));
      return group.map((write) => ({ id: write.id, kind: 'fault', fault }));
    }
  }

  #read({ id, statement, firstRowOnly }: ReadRequest): Reply {
    const { sql, params } = statement;
    try {
      return { id, kind: 'rows', table: this.#attempt((connection) => connection.read(sql, params, firstRowOnly)) };
    } catch (error) {
      return { id, kind: 'fault', fault: faultFrom(error, this.#settings.file, sql).fault };
    }
  }

  #compact(id: number): Reply {
    try {
      this.#attempt((connection) => connection.script('VACUUM; PRAGMA wal_checkpoint(TRUNCATE)'));
      return { id, kind: 'compacted' };
    } catch (error) {
      return { id, kind: 'fault', fault: faultFrom(error, this.#settings.file).fault };
    }
  }

  /** Runs the work; after BUSY again on a new connection, three times at most. */
  #attempt<Result>(work: (connection: Connection) => Result): Result {
    for (let tried = 1; ; tried += 1) {
      try {
        this.#connection ??= this.#connect(this.#settings);
        return work(this.#connection);
      } catch (error) {
        const failure = faultFrom(error, this.#settings.file);
        if (failure.suspect) this.#discard();
        else this.#connection?.rollBack();
        if (failure.fault.code !== 'STORE_BUSY' || tried === mostTries) throw error;
      }
    }
  }

  #discard(): void {
    const suspect = this.#connection;
    this.#connection = undefined;
    try {
      suspect?.discard();
    } catch {
      // It is thrown away because it failed; the failure that counts is the one already in hand.
    }
  }
}
