import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { ForgeEvent, HumanRequest, Lease, LeaseOwner, NewRun, RunStore } from '@forge/plugin-api';
import type { ContractCase } from '../contract-case.ts';

export interface StoreSubject {
  readonly store: RunStore;
  /** Closes the store and opens it again on the same data. Undefined: nothing is kept. */
  readonly reopen?: () => Promise<RunStore>;
}

export type StoreCase = ContractCase<StoreSubject>;

export const start = 1_700_000_000_000;

export function newRun(id: string): NewRun {
  return { id, task: 'limit logins', repository: '/home/ada/app', branch: `forge/${id}`, createdAt: start };
}

export function owner(id: string): LeaseOwner {
  return { id, host: 'here', pid: 42 };
}

export async function lead(store: RunStore, runId: string, name = 'one'): Promise<Lease> {
  return store.acquireLease(runId, { owner: owner(name), ttlMs: 1000, now: start });
}

/** A run and its lease. */
export async function begun(store: RunStore, runId = 'r1'): Promise<Lease> {
  await store.createRun(newRun(runId));
  return lead(store, runId);
}

/** The end of a log: what the next event has to follow. */
export interface Head {
  readonly seq: number;
  readonly hash: string;
}

export const noEvents: Head = { seq: 0, hash: '' };

/** Events that follow `head`, linked by hashes as the kernel would. */
export function eventsAfter(head: Head, lease: Lease, count: number, message = 'working'): ForgeEvent[] {
  const events: ForgeEvent[] = [];
  for (let seq = head.seq + 1; seq <= head.seq + count; seq++) {
    const previousHash = events.at(-1)?.hash ?? head.hash;
    const unsealed = {
      id: `${lease.runId}-${seq}`,
      traceId: lease.runId,
      seq,
      timestamp: start + seq,
      type: 'agent.progress' as const,
      source: 'kernel',
      payload: { message },
      fence: lease.fence,
      previousHash,
    };
    events.push({ ...unsealed, hash: createHash('sha256').update(JSON.stringify(unsealed)).digest('hex') });
  }
  return events;
}

/** Fails at the first event that differs; comparing long logs as a whole takes minutes to say how they differ. */
export function sameLog(found: readonly ForgeEvent[], expected: readonly ForgeEvent[]): void {
  for (const [index, event] of expected.entries()) assert.deepEqual(found[index], event);
  assert.equal(found.length, expected.length);
}

export function headOf(events: readonly ForgeEvent[]): Head {
  const last = events.at(-1);
  return last === undefined ? noEvents : { seq: last.seq, hash: last.hash };
}

export function request(id: string, runId = 'r1', createdAt = start): HumanRequest {
  return {
    id,
    runId,
    kind: 'approval',
    title: 'Deploy?',
    body: '',
    options: [],
    reason: 'deployment',
    subjectHash: 'abc',
    createdAt,
  };
}

export const vote = (by: string) => ({ approved: true, by, channel: 'terminal', at: start });

export const decision = (by: string) => ({ approved: true, by, channel: 'terminal', at: start });
