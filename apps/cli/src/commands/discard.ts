import type { CommandCall, CommandEnd } from '../command.ts';
import { resolveRun } from '../resolve-id.ts';
import { storedRuns } from '../stored-runs.ts';
import { withForge } from '../with-forge.ts';

export default function discard(call: CommandCall): Promise<CommandEnd> {
  return withForge(call, async (forge) => {
    const { id } = await resolveRun(await storedRuns(forge), call.words[0]);
    const record = await (await forge.engine()).discard(id, call.world.userName);
    call.printer.print({ type: 'run', ...record }, `Run ${id} is discarded; its workspaces are gone, its log stays.`);
    return { code: 0, runId: id };
  });
}
