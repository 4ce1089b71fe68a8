import type { RunRecord, RunStatus } from '@forge/plugin-api';
import type { CommandCall, CommandEnd } from '../command.ts';
import { formatDollars, formatTime, formatTokens } from '../render/figures.ts';
import { glyphs } from '../render/glyphs.ts';
import { drawTable } from '../render/table.ts';
import { oneLine } from '../render/text-width.ts';
import { withRuns } from '../with-forge.ts';

interface Options {
  readonly limit?: number;
  readonly status?: readonly RunStatus[];
}

export default function runs(call: CommandCall<Options>): Promise<CommandEnd> {
  const { options, printer } = call;
  return withRuns(call, async (forge) => {
    const store = await forge.store();
    const records = await store.listRuns({
      limit: options.limit ?? 20,
      ...(options.status === undefined ? {} : { status: options.status }),
    });
    for (const record of records) printer.object({ type: 'run', ...record });
    if (records.length === 0) printer.words('No runs here yet. Start one: forge run "<task>"');
    else printer.words(drawTable(records.map(rowOf), columns, printer.columns));
  });
}

const columns = [{}, {}, {}, {}, { align: 'right' }, { align: 'right' }, { flexible: true }] as const;

const statusGlyphs: Record<RunStatus, string> = {
  running: glyphs.running,
  parked: glyphs.parked,
  completed: glyphs.done,
  failed: glyphs.failed,
  stopped: glyphs.parked,
  discarded: glyphs.note,
};

function rowOf({ id, task, status, phase = '', createdAt, costUsd, tokens, reason }: RunRecord): string[] {
  const money = costUsd === 0 && tokens > 0 ? '$?' : formatDollars(costUsd);
  const words = reason === undefined ? oneLine(task) : `${oneLine(task)} — ${oneLine(reason)}`;
  return [
    `${statusGlyphs[status]} ${status}`,
    id,
    formatTime(createdAt).slice(0, 16),
    status === 'completed' ? '' : phase,
    formatTokens(tokens),
    money,
    words,
  ];
}
