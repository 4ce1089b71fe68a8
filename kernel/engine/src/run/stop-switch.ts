import { forgeError, type Clock, type Logger, type RunStore } from '@forge/plugin-api';

export interface StopSwitch {
  /** The first call lets the step in flight end; the second ends it. */
  stop(): void;
  /** Ends everything now, with that reason. */
  abort(reason: unknown): void;
  beforeStep(): void;
  readonly signal: AbortSignal;
  close(): void;
}

/** How often a wish to stop from another process is looked for, in milliseconds. */
const lookMs = 1_000;

/** The ways in which a run is told to end before it is done. */
export function createStopSwitch(
  runId: string,
  deps: { readonly store: RunStore; readonly clock: Clock; readonly log: Logger },
): StopSwitch {
  const now = new AbortController();
  const closed = new AbortController();
  let asked = false;
  watch().catch((error: unknown) => {
    if (!closed.signal.aborted)
      deps.log.warn('wishes to stop from other processes are not seen any more', { error: String(error) });
  });

  async function watch(): Promise<void> {
    while (!asked) {
      await deps.clock.sleep(lookMs, closed.signal);
      const run = await deps.store.getRun(runId);
      if (run?.stopRequested === true) asked = true;
    }
  }

  const stopped = () => forgeError('STOPPED', 'The run was stopped', { fix: `forge resume ${runId}` });

  return {
    stop() {
      if (asked) now.abort(stopped());
      asked = true;
    },
    abort: (reason) => now.abort(reason),
    beforeStep() {
      now.signal.throwIfAborted();
      if (asked) throw stopped();
    },
    signal: now.signal,
    close: () => closed.abort(),
  };
}
