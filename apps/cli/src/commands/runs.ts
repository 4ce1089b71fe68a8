import type { RunRecord, RunStatus } from '@forge/plugin-api';
import type { CommandCall, CommandEnd } from '../command.ts';
import { formatMoney, formatTime, formatTokens, type Spending } from '../render/figures.ts';
import { viewOf } from '../render/fold-run.ts';
import { glyphs } from '../render/glyphs.ts';
import { drawTable } from '../render/table.ts';
import { oneLine } from '../render/text-width.ts';
import { storedRuns, type StoredRuns } from '../stored-runs.ts';
import { withForge } from '../with-forge.ts';

interface Options {
  readonly limit?: number;
  readonly status?: readonly RunStatus[];
}

export default function runs(call: CommandCall<Options>): Promise<CommandEnd> {
  const { options, printer } = call;
  return withForge(call, async (forge) => {
    const store = await storedRuns(forge);
    const records = await store.listRuns({
      limit: options.limit ?? 20,
      ...(options.status === undefined ? {} : { status: options.status }),
    });
    for (const record of records) printer.object({ type: 'run', ...record });
    if (records.length === 0) printer.words('No runs here yet. Start one: forge run "<task>"');
    if (records.length === 0 || printer.json) return;
    const rows = await Promise.all(records.map(async (record) => rowOf(record, await spentOn(store, record))));
    printer.words(drawTable(rows, columns, printer.columns));
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

/** The head of a run does not say whether its price is known: where it cost nothing, the events do. */
async function spentOn(store: StoredRuns, { id, costUsd, tokens }: RunRecord): Promise<Spending> {
  if (costUsd > 0 || tokens === 0) return { costUsd, tokens, unpriced: false };
  return viewOf(await store.readEvents(id)).spent;
}

function rowOf(record: RunRecord, spent: Spending): string[] {
  const { id, task, status, phase = '', createdAt, reason } = record;
  // What a run waited for once says nothing about one that went on.
  const ended = status === 'completed' || status === 'running' || reason === undefined;
  const words = ended ? oneLine(task) : `${oneLine(task)} — ${oneLine(reason)}`;
  return [
    `${statusGlyphs[status]} ${status}`,
    id,
    formatTime(createdAt).slice(0, 16),
    status === 'completed' ? '' : phase,
    formatTokens(spent.tokens),
    formatMoney(spent),
    words,
  ];
}
