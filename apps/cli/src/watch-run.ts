import type { Forge } from '@forge/core';
import { chooseRenderer } from './choose-renderer.ts';
import type { CommandCall } from './command.ts';
import { exitCodeOfView, pollRun } from './poll-run.ts';
import { applyEvent } from './render/fold-run.ts';
import { emptyRunView } from './render/run-view.ts';
import { drawSummary } from './render/summary.ts';
import { storedRuns } from './stored-runs.ts';

export interface WatchEnd {
  readonly code: number;
  readonly runId: string;
  readonly status: string;
}

/** Follows a run that another process works on, from its beginning, until it does not go on there. */
export async function watchRun(
  call: CommandCall,
  forge: Forge,
  id: string,
  { hint, onInterrupt }: { readonly hint: string; readonly onInterrupt?: () => void },
): Promise<WatchEnd> {
  const store = await storedRuns(forge);
  const renderer = chooseRenderer(call, hint);
  let view = emptyRunView;
  const show = (event: Parameters<typeof applyEvent>[1]): void => {
    view = applyEvent(view, event);
    renderer.event(event);
  };
  const told =
    onInterrupt === undefined
      ? undefined
      : () => {
          renderer.remark('stopping after this step; nothing is deleted');
          onInterrupt();
        };
  try {
    const { reason } = await pollRun(store, id, call.world, show, told);
    renderer.end();
    if (reason === 'left') return { code: 0, runId: id, status: 'running' };
    if (reason === 'abandoned') {
      call.terminal.print(`\nThe process that worked on it has ended. Go on: forge resume ${id}`);
      return { code: 3, runId: id, status: 'abandoned' };
    }
    call.printer.words(`\n${drawSummary(view, call.printer)}`);
    return { code: exitCodeOfView(view), runId: id, status: view.status };
  } finally {
    renderer.end();
  }
}
