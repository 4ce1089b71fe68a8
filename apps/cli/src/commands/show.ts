import { forgeError, ledgerOf, totalOf } from '@forge/plugin-api';
import type { CommandCall, CommandEnd } from '../command.ts';
import { drawCosts } from '../render/costs.ts';
import { viewOf } from '../render/fold-run.ts';
import { drawDetails, drawPlan } from '../render/run-details.ts';
import { drawSummary } from '../render/summary.ts';
import { harmless } from '../render/text-width.ts';
import { resolveRun } from '../resolve-id.ts';
import { storedRuns } from '../stored-runs.ts';
import { withForge } from '../with-forge.ts';

interface Options {
  readonly diff?: boolean;
  readonly plan?: boolean;
  readonly proof?: boolean;
  readonly costs?: boolean;
}

export default function show(call: CommandCall<Options>): Promise<CommandEnd> {
  const { options, printer, words, world } = call;
  return withForge(call, async (forge) => {
    const store = await storedRuns(forge);
    const record = await resolveRun(store, words[0]);
    if (options.diff === true) {
      const diff = await (await forge.engine()).diff(record.id);
      // In a pipe it is data, which `git apply` must be able to read.
      if (printer.json || world.stdout.isTTY === true)
        printer.print({ type: 'diff', runId: record.id, diff }, () => harmless(diff).trimEnd());
      else world.stdout.write(diff);
      return;
    }
    const events = await store.readEvents(record.id);
    if (options.costs === true) {
      const rows = ledgerOf(events);
      for (const row of rows) printer.object({ type: 'call', ...row });
      printer.print({ type: 'costs', runId: record.id, ...totalOf(rows) }, () => drawCosts(rows, printer));
      return;
    }
    const view = viewOf(events);
    if (options.plan === true) {
      if (view.plan === undefined)
        throw forgeError('USAGE', `Run ${record.id} has no plan yet`, { fix: `forge show ${record.id}` });
      const { plan } = view;
      printer.print({ type: 'plan', runId: record.id, plan }, () => drawPlan(plan, printer.style));
      return;
    }
    if (options.proof === true) {
      if (view.proof === undefined || view.proof === '')
        throw forgeError('USAGE', `Run ${record.id} has no proof yet: nothing was ready to be delivered`, {
          fix: `forge show ${record.id}`,
        });
      const { proof } = view;
      printer.print({ type: 'proof', runId: record.id, proof }, () => harmless(proof));
      return;
    }
    printer.print({ type: 'run', ...record, view }, () =>
      [drawDetails(view, printer), drawSummary(view, printer)].join('\n\n'),
    );
  });
}
