import type { ForgeEvent } from '@forge/plugin-api';

/** How long something was worked on, over all processes: time while the run waits or nobody has it does not count. */
export interface WorkedTime {
  /** Milliseconds that are over. */
  elapsedMs: number;
  /** Since when it is worked on, while it is. */
  activeSince: number | undefined;
}

interface Timed extends WorkedTime {
  /** When the last event was written. */
  lastAt: number;
  readonly executions: Readonly<Record<string, WorkedTime>>;
}

const begins: ReadonlySet<string> = new Set(['run.started', 'run.resumed']);
const ends: ReadonlySet<string> = new Set(['run.parked', 'run.completed', 'run.failed', 'run.discarded']);
const executionEnds: ReadonlySet<string> = new Set(['execution.completed', 'execution.failed']);

/** Takes the time of one more event into the state that it is about. The event's own meaning comes before. */
export function keepTime(state: Timed, { type, timestamp, executionId }: ForgeEvent): void {
  if (begins.has(type)) {
    // A process that died says no end: the last that was heard of it is its end.
    pauseAll(state, state.lastAt);
    state.activeSince = timestamp;
  }
  if (ends.has(type)) pauseAll(state, timestamp);
  const execution = executionId === undefined ? undefined : state.executions[executionId];
  if (execution !== undefined && state.activeSince !== undefined) {
    execution.activeSince ??= timestamp;
    if (executionEnds.has(type)) pause(execution, timestamp);
  }
  state.lastAt = timestamp;
}

/** Milliseconds that it was worked on so far. */
export function workedMs({ elapsedMs, activeSince }: WorkedTime, now: number): number {
  return elapsedMs + (activeSince === undefined ? 0 : Math.max(0, now - activeSince));
}

function pauseAll(state: Timed, at: number): void {
  pause(state, at);
  for (const execution of Object.values(state.executions)) pause(execution, at);
}

function pause(time: WorkedTime, at: number): void {
  time.elapsedMs = workedMs(time, at);
  time.activeSince = undefined;
}
