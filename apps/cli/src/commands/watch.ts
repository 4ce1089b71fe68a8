import { chooseRenderer } from '../choose-renderer.ts';
import type { CommandCall, CommandEnd } from '../command.ts';
import { exitCodeOfView, pollRun } from '../poll-run.ts';
import { applyEvent } from '../render/fold-run.ts';
import { emptyRunView } from '../render/run-view.ts';
import { drawSummary } from '../render/summary.ts';
import { resolveRun } from '../resolve-id.ts';
import { storedRuns } from '../stored-runs.ts';
import { withForge } from '../with-forge.ts';

export default function watch(call: CommandCall): Promise<CommandEnd> {
  return withForge(call, async (forge) => {
    const store = await storedRuns(forge);
    const { id } = await resolveRun(store, call.words[0]);
    const renderer = chooseRenderer(call, 'Ctrl-C stops watching; the run goes on');
    let view = emptyRunView;
    try {
      const { reason } = await pollRun(store, id, call.world, (event) => {
        view = applyEvent(view, event);
        renderer.event(event);
      });
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
  });
}
