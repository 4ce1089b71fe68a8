import type { ConfigLayer } from '@forge/plugin-api';
import type { CommandCall, CommandEnd } from '../command.ts';
import { count, formatTime } from '../render/figures.ts';
import { drawTable } from '../render/table.ts';
import { oneLine } from '../render/text-width.ts';
import { nothingStored } from '../stored-runs.ts';
import { withForge } from '../with-forge.ts';

interface Options {
  readonly dryRun?: boolean;
  readonly days?: number;
  readonly keep?: number;
}

export default function prune(call: CommandCall<Options>): Promise<CommandEnd> {
  const { options, printer } = call;
  const { dryRun = false, days, keep } = options;
  const flags: ConfigLayer = {
    retention: { ...(days === undefined ? {} : { days }), ...(keep === undefined ? {} : { runs: keep }) },
  };
  return withForge(
    call,
    async (forge) => {
      const kept = forge.config.retention;
      if (nothingStored(forge, 'store')) return void printer.words('No runs here yet.');
      const engine = await forge.engine();
      const { runs, blobs, bytes } = await engine.prune({ dryRun, compact: !dryRun });
      for (const run of runs) printer.object({ type: 'pruned', dryRun, ...run });
      const rows = runs.map(({ id, status, updatedAt, task }) => [
        id,
        status,
        formatTime(updatedAt).slice(0, 10),
        oneLine(task),
      ]);
      if (rows.length > 0) printer.words(drawTable(rows, [{}, {}, {}, { flexible: true }], printer.columns));
      const rule = `finished ones are kept for ${count(kept.days, 'day')}, ${count(kept.runs, 'run')} at most`;
      const done = dryRun ? 'would be removed' : `removed, with ${count(blobs, 'blob')} of ${bytes} bytes`;
      printer.words(`${count(runs.length, 'run')} ${done}; ${rule}.`);
      return { code: 0, runs: runs.length, blobs, bytes };
    },
    { flags },
  );
}
