import type { CommandCall, CommandEnd } from '../command.ts';
import { askHere } from '../ask-here.ts';
import { createInteraction } from '../interaction.ts';
import { resolveRun } from '../resolve-id.ts';
import { storedRuns } from '../stored-runs.ts';
import { watchRun } from '../watch-run.ts';
import { withForge } from '../with-forge.ts';
import { resumeRun } from './resume.ts';

/** A run of another process as if it were this one's: Ctrl-C stops it, and what it asks is asked here. */
export default async function attach(call: CommandCall): Promise<CommandEnd> {
  let answered: string | undefined;
  const end = await withForge(call, async (forge) => {
    const store = await storedRuns(forge);
    const { id } = await resolveRun(store, call.words[0]);
    const stop = (): void => {
      store.requestStop(id).catch((error: unknown) => call.terminal.print(`it cannot be stopped: ${String(error)}`));
    };
    const watched = await watchRun(call, forge, id, {
      hint: 'Ctrl-C stops the run after a checkpoint',
      onInterrupt: stop,
    });
    if (watched.status !== 'parked' || call.world.interrupted.aborted) return { ...watched };
    for (const request of await store.listRequests({ runId: id, open: true })) {
      const decision = await askHere(createInteraction(call), request);
      if (decision === undefined) return { ...watched };
      const { decision: end } = await (await forge.engine()).decide(request.id, {
        ...decision,
        subjectHash: request.subjectHash,
        by: call.world.userName,
        channel: 'cli',
      });
      // Others have to say yes, too.
      if (end === undefined) return { ...watched };
      answered = id;
    }
    return { ...watched };
  });
  return answered === undefined ? end : resumeRun(call, answered, {});
}
