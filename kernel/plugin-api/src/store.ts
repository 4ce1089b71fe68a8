import { z } from 'zod';
import type { ForgeEvent } from './event.ts';
import { type Decision, decisionSchema, humanRequestSchema, type Vote, voteSchema } from './gate.ts';
import type { Json } from './json.ts';
import type { Outbox } from './outbox.ts';

export const runStatuses = ['running', 'parked', 'completed', 'failed', 'stopped', 'discarded'] as const;
export type RunStatus = (typeof runStatuses)[number];

/** The head of a run: what lists show. All of it can be computed from the events. */
export const runRecordSchema = z.strictObject({
  id: z.string(),
  task: z.string(),
  /** Absolute path of the person's repository. */
  repository: z.string(),
  status: z.enum(runStatuses),
  phase: z.string().optional(),
  branch: z.string(),
  /** Why it parked or failed, in one line. */
  reason: z.string().optional(),
  /** When a parked run goes on by itself. */
  wakeAt: z.number().optional(),
  costUsd: z.number(),
  tokens: z.number(),
  createdAt: z.number(),
  updatedAt: z.number(),
  /** Of the last event. */
  lastSeq: z.int(),
  lastHash: z.string(),
  /** Somebody wants it to stop after the current step. */
  stopRequested: z.boolean(),
});
export type RunRecord = z.output<typeof runRecordSchema>;
export type NewRun = Pick<RunRecord, 'id' | 'task' | 'repository' | 'branch' | 'createdAt'>;
export type RunPatch = Partial<
  Pick<RunRecord, 'status' | 'phase' | 'reason' | 'wakeAt' | 'costUsd' | 'tokens' | 'stopRequested'>
>;

export const leaseOwnerSchema = z.strictObject({
  /** Unique per process start. */
  id: z.string(),
  host: z.string(),
  pid: z.int(),
});
export type LeaseOwner = z.output<typeof leaseOwnerSchema>;

export interface Lease {
  readonly runId: string;
  readonly owner: LeaseOwner;
  /** Grows by one with every acquisition of the run. */
  readonly fence: number;
  readonly expiresAt: number;
}

export const storedRequestSchema = humanRequestSchema.extend({
  decision: decisionSchema.optional(),
  /** In the order in which they came. */
  votes: z.array(voteSchema).optional(),
});
export type StoredRequest = z.output<typeof storedRequestSchema>;

export interface Checkpoint {
  readonly id: string;
  readonly runId: string;
  /** The state is the fold of all events up to and including this one. */
  readonly seq: number;
  readonly state: Json;
  readonly createdAt: number;
}

/**
 * The truth about runs. Every write resolves when it is durable against the death of the process. All times are
 * milliseconds since 1970 and come from the caller; the store has no clock.
 */
export interface RunStore extends Outbox {
  readonly name: string;

  /** Status `running`, no events. Rejects with RUN_EXISTS. */
  createRun(run: NewRun): Promise<RunRecord>;
  getRun(runId: string): Promise<RunRecord | undefined>;
  /** Newest first. `before`: only runs with a smaller id. Default limit 50. */
  listRuns(query?: {
    readonly status?: readonly RunStatus[];
    readonly limit?: number;
    readonly before?: string;
  }): Promise<readonly RunRecord[]>;
  /** Removes the run with its events, requests and checkpoints. */
  deleteRun(runId: string): Promise<void>;
  /** Asks the owner to stop, without a lease. */
  requestStop(runId: string): Promise<void>;

  /**
   * Free, expired, or held by `replace` (an owner known to be dead): given with a fence one higher than ever before.
   * Else rejects with LEASE_HELD, the owner in `details.data`.
   */
  acquireLease(
    runId: string,
    request: { readonly owner: LeaseOwner; readonly ttlMs: number; readonly now: number; readonly replace?: string },
  ): Promise<Lease>;
  /** Rejects with LEASE_LOST when another fence was given since. */
  renewLease(lease: Lease, request: { readonly ttlMs: number; readonly now: number }): Promise<Lease>;
  /** Releasing a lost lease does nothing. */
  releaseLease(lease: Lease): Promise<void>;
  readLease(runId: string): Promise<Lease | undefined>;

  /**
   * Appends all or none, and changes the run's head in the same transaction. Rejects with LEASE_LOST when the fence is
   * stale, and with SEQUENCE_CONFLICT when the first `seq` is not `lastSeq + 1`, its `previousHash` is not the last
   * hash (the first event of a run may name any), or they have gaps. Many appends may be under way at once; they are applied in the order of the calls.
   *
   * The same transaction queues one delivery of each event for each webhook that is not disabled and whose filters name
   * it; of an event that is `inherited` it queues none.
   */
  append(lease: Lease, events: readonly ForgeEvent[], patch?: RunPatch): Promise<void>;
  /** In order. `after`: only events with a greater seq (default 0). Default limit: all. */
  readEvents(
    runId: string,
    query?: { readonly after?: number; readonly limit?: number },
  ): Promise<readonly ForgeEvent[]>;

  /** Rejects with LEASE_LOST. Opening the same id again changes nothing. */
  openRequest(lease: Lease, request: StoredRequest): Promise<void>;
  /** The first decision counts: later ones reject with REQUEST_DECIDED. Needs no lease. Unknown: REQUEST_NOT_FOUND. */
  decideRequest(requestId: string, decision: Decision): Promise<StoredRequest>;
  /** Adds to the votes of an open request. Needs no lease. Rejects with REQUEST_DECIDED, and REQUEST_NOT_FOUND. */
  addVote(requestId: string, vote: Vote): Promise<StoredRequest>;
  getRequest(requestId: string): Promise<StoredRequest | undefined>;
  /** Oldest first. */
  listRequests(query?: { readonly runId?: string; readonly open?: boolean }): Promise<readonly StoredRequest[]>;

  /** Takes the place of the run's checkpoint with the same id. Rejects with LEASE_LOST. */
  saveCheckpoint(lease: Lease, checkpoint: Checkpoint): Promise<void>;
  /** Newest first. */
  listCheckpoints(runId: string): Promise<readonly Checkpoint[]>;

  /** SHA-256 of the bytes, hexadecimal. Storing the same bytes twice keeps them once. */
  putBlob(bytes: Uint8Array): Promise<string>;
  /** Rejects with BLOB_NOT_FOUND, and with LOG_CORRUPT when the bytes do not fit their hash. */
  getBlob(hash: string): Promise<Uint8Array>;
  /**
   * Removes the blobs that no stored event refers to, in a field of its payload whose name ends in `Blob`, and that were
   * last stored before that time: the event of a younger one may be on its way. `compact`: also gives the space of
   * everything that was deleted back, which may take seconds (default false).
   */
  collectGarbage(request: {
    readonly before: number;
    readonly compact?: boolean;
  }): Promise<{ readonly blobs: number; readonly bytes: number }>;
  /** What it takes of the disk, by part, in bytes. */
  measure?(): Promise<readonly { readonly part: string; readonly bytes: number }[]>;

  close?(): Promise<void>;
}
