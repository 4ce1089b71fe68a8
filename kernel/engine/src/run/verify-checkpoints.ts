import type { Checkpoint, ForgeEvent } from '@forge/plugin-api';
import { canonicalJson } from '../log/canonical-json.ts';
import { stateIn } from './checkpoint-system.ts';
import { applyEvent } from './fold-events.ts';
import { initialState } from './run-state.ts';

export type CheckpointVerification =
  | { readonly ok: true; readonly checkpoints: number }
  | { readonly ok: false; readonly id: string; readonly seq: number };

/**
 * Checks that each checkpoint is the fold of the run's events; names the oldest that is not. Those that another version
 * of Forge wrote are never used, and not looked at.
 */
export function verifyCheckpoints(
  events: readonly ForgeEvent[],
  checkpoints: readonly Checkpoint[],
  forgeVersion: string,
): CheckpointVerification {
  const kept = checkpoints
    .map(({ id, seq, ...rest }) => ({ id, seq, state: stateIn({ id, seq, ...rest }, forgeVersion) }))
    .filter(({ state }) => state !== undefined)
    .sort((one, other) => one.seq - other.seq);
  const folded = initialState();
  for (const { id, seq, state } of kept) {
    for (const event of events.slice(folded.seq, seq)) applyEvent(folded, event);
    if (canonicalJson(folded) !== canonicalJson(state)) return { ok: false, id, seq };
  }
  return { ok: true, checkpoints: kept.length };
}
