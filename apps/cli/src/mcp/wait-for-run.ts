import { z } from '@forge/plugin-api';
import { pollRun } from '../poll-run.ts';
import { eventLine } from '../render/event-lines.ts';
import { applyEvent } from '../render/fold-run.ts';
import { emptyRunView } from '../render/run-view.ts';
import { storedRuns } from '../stored-runs.ts';
import { runStatus, type RunStatus } from './run-status.ts';
import type { McpCall } from './tool.ts';

export const waitSeconds = z
  .number()
  .min(0)
  .max(3600)
  .default(0)
  .describe(
    'How long to wait for the run to end or to need somebody. Cancelling the call ends the waiting, not the run.',
  );

/** Where the run is when it ends, parks, or the time is up. What happens meanwhile is told as progress. */
export async function waitForRun(call: McpCall, runId: string, seconds: number): Promise<RunStatus> {
  const store = await storedRuns(call.forge);
  if (seconds > 0) {
    const timeUp = new AbortController();
    const over = new AbortController();
    call.world.clock.sleep(seconds * 1000, over.signal).then(
      () => timeUp.abort(),
      () => undefined,
    );
    const left = AbortSignal.any([timeUp.signal, call.signal]);
    let view = emptyRunView;
    try {
      const end = await pollRun(store, runId, leavingAt(left, call), (event) => {
        view = applyEvent(view, event);
        const line = eventLine(event, view);
        if (line !== undefined && !line.detail) call.report(event.seq, line.text);
      });
      if (end.reason === 'ended') await call.runs.settled(runId);
    } finally {
      over.abort();
    }
  }
  call.signal.throwIfAborted();
  return runStatus(store, runId, call);
}

/** Looking ends when the signal says so, as it does for a person at Ctrl-C. */
function leavingAt(signal: AbortSignal, { world }: McpCall): McpCall['world'] {
  return {
    ...world,
    onInterrupt(listener) {
      if (signal.aborted) listener();
      signal.addEventListener('abort', listener, { once: true });
      return () => signal.removeEventListener('abort', listener);
    },
  };
}
