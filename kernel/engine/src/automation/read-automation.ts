import type { RunRecord, RunStore } from '@forge/plugin-api';
import { type AutomationState, automationState, mostRuns } from './automation-state.ts';
import { type RunTally, tallyRun } from './tally-run.ts';

/** Runs that were looked at before, each as it was then. */
export type KnownTallies = Map<string, { readonly hash: string; readonly tally: RunTally | undefined }>;

const pageSize = 100;

/** From the newest runs that ended. What was looked at before is not read again. */
export async function readAutomation(
  runs: Pick<RunStore, 'listRuns' | 'readEvents'>,
  level: number,
  known: KnownTallies = new Map(),
): Promise<AutomationState> {
  const tallies: RunTally[] = [];
  const seen = new Set<string>();
  let before: string | undefined;
  do {
    const records = await runs.listRuns({
      status: ['completed', 'failed', 'discarded'],
      limit: pageSize,
      ...(before === undefined ? {} : { before }),
    });
    for (const record of records) {
      if (tallies.length === mostRuns) break;
      seen.add(record.id);
      const tally = await tallyOf(record);
      if (tally !== undefined) tallies.push(tally);
    }
    before = records.length < pageSize ? undefined : records.at(-1)?.id;
  } while (before !== undefined && tallies.length < mostRuns);
  for (const id of known.keys()) if (!seen.has(id)) known.delete(id);
  return automationState(tallies, level);

  async function tallyOf({ id, lastHash }: RunRecord): Promise<RunTally | undefined> {
    const before = known.get(id);
    if (before?.hash === lastHash) return before.tally;
    const tally = tallyRun(await runs.readEvents(id));
    known.set(id, { hash: lastHash, tally });
    return tally;
  }
}
