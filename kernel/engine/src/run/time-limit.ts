import type { ForgeError } from '@forge/plugin-api';
import { outOfTime } from '../execution/breakers.ts';
import type { Run } from './run.ts';
import { workedMs } from './worked-time.ts';

export interface TimeLimit {
  /** Aborts when the time of the execution or of the run is up, whichever comes first. */
  readonly signal: AbortSignal;
  end(): void;
}

type Timed = Pick<Run, 'safety' | 'state' | 'clock'>;

interface TimeLeft {
  readonly leftMs: number;
  late(): ForgeError;
}

/** The longest time that a timer can wait for, in milliseconds. */
const longestSleep = 2 ** 31 - 1;

/** What one execution has left, after `elapsedMs` in which it was worked on, also by earlier processes. */
export function timeLimit(run: Timed, elapsedMs: number): TimeLimit {
  const { maxMinutes } = run.safety;
  const ofExecution = {
    leftMs: maxMinutes * 60_000 - elapsedMs,
    late: () => outOfTime('An agent', maxMinutes, 'safety.maxMinutes'),
  };
  const ofRun = leftOfRun(run);
  return limit(run, ofRun.leftMs < ofExecution.leftMs ? ofRun : ofExecution);
}

/** What the run has left: for what the engine does itself, in no execution. */
export function runTimeLimit(run: Timed): TimeLimit {
  return limit(run, leftOfRun(run));
}

function leftOfRun({ safety: { maxRunMinutes }, state, clock }: Timed): TimeLeft {
  return {
    leftMs: maxRunMinutes * 60_000 - workedMs(state, clock.now()),
    late: () => outOfTime('The run', maxRunMinutes, 'safety.maxRunMinutes'),
  };
}

function limit({ clock }: Timed, { leftMs, late }: TimeLeft): TimeLimit {
  const reached = new AbortController();
  const over = new AbortController();
  clock.sleep(Math.min(longestSleep, Math.max(0, leftMs)), over.signal).then(
    () => reached.abort(late()),
    () => undefined,
  );
  return { signal: reached.signal, end: () => over.abort() };
}
