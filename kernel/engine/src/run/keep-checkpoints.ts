import type { EventType, ForgeEvent, Logger } from '@forge/plugin-api';
import type { CheckpointSystem } from './checkpoint-system.ts';
import type { RunState } from './run-state.ts';

/** Events after which a state is kept in any case. */
const points: ReadonlySet<EventType> = new Set<EventType>([
  'phase.completed',
  'run.parked',
  'run.failed',
  'run.completed',
]);
/** So many events are folded within a few milliseconds. */
const eventsBetween = 500;

/**
 * Looks at every event that was applied to the state and keeps the state at the ends of phases and from time to time.
 * Nothing waits for it: a run whose checkpoint was not kept is opened from its events.
 */
export function keepCheckpoints(
  checkpoints: CheckpointSystem,
  state: RunState,
  log: Pick<Logger, 'debug'>,
): (event: ForgeEvent) => void {
  let last = state.seq;
  return ({ type }) => {
    if (!points.has(type) && state.seq - last < eventsBetween) return;
    last = state.seq;
    checkpoints.save(phaseOf(state), state).catch((error: unknown) => {
      log.debug('a checkpoint was not kept', { error: String(error) });
    });
  };
}

/** The phase that a run has come to. */
function phaseOf({ phases }: RunState): string {
  return Object.keys(phases).at(-1) ?? 'start';
}
