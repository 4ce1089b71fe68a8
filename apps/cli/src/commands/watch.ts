import type { CommandCall, CommandEnd } from '../command.ts';
import { resolveRun } from '../resolve-id.ts';
import { storedRuns } from '../stored-runs.ts';
import { watchRun } from '../watch-run.ts';
import { withForge } from '../with-forge.ts';

export default function watch(call: CommandCall): Promise<CommandEnd> {
  return withForge(call, async (forge) => {
    const { id } = await resolveRun(await storedRuns(forge), call.words[0]);
    return { ...(await watchRun(call, forge, id, { hint: 'Ctrl-C stops watching; the run goes on' })) };
  });
}
