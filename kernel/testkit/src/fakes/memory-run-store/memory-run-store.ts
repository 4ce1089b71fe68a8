import type { RunStore } from '@forge/plugin-api';
import { createBlobPart, createLogPart } from './log-parts.ts';
import { createOutboxPart } from './outbox-part.ts';
import { createRequestPart } from './request-part.ts';
import { createLeasePart, createRunPart } from './run-parts.ts';
import type { Tables } from './tables.ts';

/** A run store that keeps its promises except one: it is gone with the process. */
export function createMemoryRunStore(): RunStore {
  const tables: Tables = {
    runs: new Map(),
    requests: new Map(),
    blobs: new Map(),
    webhooks: new Map(),
    deliveries: new Map(),
  };
  return {
    name: 'memory',
    ...createRunPart(tables),
    ...createLeasePart(tables),
    ...createLogPart(tables),
    ...createRequestPart(tables),
    ...createBlobPart(tables),
    ...createOutboxPart(tables),
  };
}
