import type { ForgeEvent } from '@forge/plugin-api';
import { hashEvent } from './event-log.ts';

export type Verification =
  | { readonly ok: true; readonly events: number; readonly lastHash: string }
  | { readonly ok: false; readonly seq: number; readonly reason: string };

/** The hash that stands before the first event of a run. */
export function genesisHash(runId: string): string {
  return `genesis:${runId}`;
}

/** Checks that a run's log is gapless, unchanged and in order; names the first event that is not. */
export function verifyEvents(runId: string, events: readonly ForgeEvent[]): Verification {
  let previousHash = genesisHash(runId);
  let fence = 0;
  for (const [index, event] of events.entries()) {
    const fault = faultOf(event, { runId, seq: index + 1, previousHash, fence });
    if (fault !== undefined) return { ok: false, seq: index + 1, reason: fault };
    previousHash = event.hash;
    fence = event.fence;
  }
  return { ok: true, events: events.length, lastHash: previousHash };
}

function faultOf(
  event: ForgeEvent,
  expected: { readonly runId: string; readonly seq: number; readonly previousHash: string; readonly fence: number },
): string | undefined {
  if (event.traceId !== expected.runId) return `it belongs to run ${event.traceId}`;
  if (event.seq !== expected.seq) return `expected event ${expected.seq}, found event ${event.seq}`;
  if (event.previousHash !== expected.previousHash) return 'it does not follow from the event before it';
  if (event.fence < expected.fence) return `it was written under the stale fence ${event.fence}`;
  if (event.hash !== hashEvent(event)) return 'its content does not fit its hash';
  return undefined;
}
