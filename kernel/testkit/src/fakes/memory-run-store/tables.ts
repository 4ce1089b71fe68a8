import type {
  Checkpoint,
  Delivery,
  ForgeEvent,
  Lease,
  RunRecord,
  StoredRequest,
  StoredWebhook,
} from '@forge/plugin-api';

/** Everything of one run. What is in here is frozen or replaced as a whole, never changed. */
export interface RunRow {
  record: RunRecord;
  lease: Lease | undefined;
  /** The highest that was ever given. */
  fence: number;
  readonly events: ForgeEvent[];
  checkpoints: readonly Checkpoint[];
}

export interface DeliveryRow {
  delivery: Delivery;
  claimedUntil: number;
}

export interface Tables {
  readonly runs: Map<string, RunRow>;
  readonly requests: Map<string, StoredRequest>;
  readonly blobs: Map<string, Uint8Array>;
  readonly webhooks: Map<string, StoredWebhook>;
  /** In the order in which they were queued. */
  readonly deliveries: Map<string, DeliveryRow>;
}

/** A copy that shares nothing, as if it had been written and read. */
export function copy<T>(value: T): T {
  return value === undefined ? value : (JSON.parse(JSON.stringify(value)) as T);
}
