import { exitCodes } from '@forge/plugin-api';
import type { CommandCall, CommandEnd } from './command.ts';
import type { FollowedRun } from './follow-run.ts';
import { exitCodeOfFaults } from './render/faults.ts';
import { styleFor } from './render/style.ts';
import { drawPlan } from './render/run-details.ts';
import { drawSummary } from './render/summary.ts';
import { wantsTraces } from './report-faults.ts';

/** Says how a run ended: the result on standard output, everything else beside the progress. Gives the exit code. */
export function finishRun(call: CommandCall, { outcome, view }: FollowedRun): CommandEnd {
  const { world, global, printer, terminal } = call;
  const { record, error } = outcome;
  // Ctrl-C at a question leaves it open: the run waits for an answer, but it ended because the person said so.
  const stopped = world.interrupted.aborted && view.parked !== undefined;
  const code = error === undefined ? 0 : stopped ? exitCodes.stopped : exitCodeOfFaults(error);
  if (error === undefined) {
    const branch = view.change?.branch;
    const plan = branch === undefined && view.plan !== undefined ? drawPlan(view.plan, printer.style) : undefined;
    if (plan !== undefined) printer.words(global.quiet ? plan : `\n${plan}`);
    if (!global.quiet) printer.words(`\n${drawSummary(view, printer)}`);
    else if (branch !== undefined) printer.words(branch);
  } else if (!global.json) {
    const style = styleFor(world.stderr, world.env, global.color);
    terminal.print(`\n${drawSummary(view, { style, columns: terminal.columns }, error)}`);
    if (wantsTraces(world)) terminal.print(error.stack ?? error.message);
  }
  return {
    code,
    runId: record.id,
    status: record.status,
    ...(view.change === undefined ? {} : { branch: view.change.branch }),
    ...(error === undefined ? {} : { error: { code: error.code, message: error.message, ...error.details } }),
    ...(view.recorded ? { recorded: true } : {}),
  };
}
