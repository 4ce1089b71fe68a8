import { forgeError, type Checkpoint, type Clock, type Json, type Lease, type RunStore } from '@forge/plugin-api';
import { applyEvent, foldEvents } from './fold-events.ts';
import { initialState, type RunState } from './run-state.ts';

/** A state of a run that was kept, without the state itself. */
export interface CheckpointHead {
  readonly id: string;
  /** The run's id. */
  readonly traceId: string;
  readonly phase: string;
  /** The state is the fold of all events up to and including this one. */
  readonly seq: number;
  readonly createdAt: number;
}

/**
 * States of runs, so that opening a long run does not fold all of its events again. A state holds the journal of every
 * execution and the graph of tasks with what is merged of it. The log stays the truth: whatever does not fit it is left
 * aside.
 */
export interface CheckpointSystem {
  /** Keeps a copy of the state as it is at the moment of the call, in place of the one before of the same phase. */
  save(phase: string, state: RunState): Promise<CheckpointHead>;
  /** A state that the caller owns. Rejects with CHECKPOINT_UNFIT when it is not there, or not the fold of its events. */
  restore(checkpointId: string): Promise<RunState>;
  /** Newest first. */
  list(traceId: string): Promise<readonly CheckpointHead[]>;
}

export interface CheckpointDeps {
  readonly store: Pick<RunStore, 'saveCheckpoint' | 'listCheckpoints' | 'readEvents'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly forgeVersion: string;
  lease(): Lease;
}

interface StoredState {
  /** Another version may fold the same events to another state. */
  readonly forgeVersion: string;
  readonly phase: string;
  readonly run: RunState;
}

export function createCheckpointSystem({ store, clock, forgeVersion, lease }: CheckpointDeps): CheckpointSystem {
  return {
    async save(phase, state) {
      const kept: StoredState = { forgeVersion, phase, run: state };
      const { runId } = lease();
      const checkpoint: Checkpoint = {
        id: `${runId}/${phase}`,
        runId,
        seq: state.seq,
        // The state goes on changing while the store writes.
        state: JSON.parse(JSON.stringify(kept)) as Json,
        createdAt: clock.now(),
      };
      await store.saveCheckpoint(lease(), checkpoint);
      return headOf(checkpoint);
    },

    async restore(checkpointId) {
      const runId = checkpointId.slice(0, Math.max(0, checkpointId.lastIndexOf('/')));
      const checkpoint = (await store.listCheckpoints(runId)).find(({ id }) => id === checkpointId);
      const state = checkpoint && stateIn(checkpoint, forgeVersion);
      const [event] = state === undefined ? [] : await store.readEvents(runId, { after: state.seq - 1, limit: 1 });
      if (state !== undefined && event?.hash === state.hash) return state;
      throw forgeError('CHECKPOINT_UNFIT', `Checkpoint ${checkpointId} cannot be used`, {
        why: checkpoint === undefined ? 'there is none of that name' : 'it does not fit the log and this version',
        fix: `forge resume ${runId} needs none: it reads the log`,
      });
    },

    async list(traceId) {
      return (await store.listCheckpoints(traceId)).map(headOf);
    },
  };
}

/** The state after all events of a run: from its newest checkpoint that fits, else from the first event on. */
export async function readState(
  { store, forgeVersion }: Pick<CheckpointDeps, 'store' | 'forgeVersion'>,
  runId: string,
): Promise<RunState> {
  // One that cannot be read costs time, not the run.
  const checkpoints = await store.listCheckpoints(runId).catch(() => []);
  for (const checkpoint of checkpoints) {
    const state = stateIn(checkpoint, forgeVersion);
    if (state === undefined) continue;
    const [at, ...after] = await store.readEvents(runId, { after: state.seq - 1 });
    if (at?.hash !== state.hash) continue;
    for (const event of after) applyEvent(state, event);
    return state;
  }
  return foldEvents(await store.readEvents(runId));
}

/** Undefined when it was written by another version, or is no state at all. */
export function stateIn({ seq, state }: Checkpoint, forgeVersion: string): RunState | undefined {
  const kept = state as Partial<StoredState> | null;
  if (kept?.forgeVersion !== forgeVersion || kept.run?.seq !== seq || seq === 0) return undefined;
  // JSON leaves out what is undefined.
  return { ...initialState(), ...kept.run };
}

function headOf({ id, runId, seq, state, createdAt }: Checkpoint): CheckpointHead {
  const phase = (state as Partial<StoredState> | null)?.phase ?? '';
  return { id, traceId: runId, phase, seq, createdAt };
}
