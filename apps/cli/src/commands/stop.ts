import { isOwned } from '../abandoned-runs.ts';
import type { CommandCall, CommandEnd } from '../command.ts';
import { resolveRun } from '../resolve-id.ts';
import { storedRuns } from '../stored-runs.ts';
import { withForge } from '../with-forge.ts';

export default function stop({ words, ...call }: CommandCall): Promise<CommandEnd> {
  return withForge({ words, ...call }, async (forge) => {
    const store = await storedRuns(forge);
    const { id, status } = await resolveRun(store, words[0], { status: ['running'], none: 'no run that is running' });
    const tell = (state: string, text: string): void => call.printer.print({ type: 'stop', runId: id, state }, text);
    if (status !== 'running') {
      tell(status, `Run ${id} is not running: it is ${status}. Nothing to stop.${statusHint(status, id)}`);
    } else if (await isOwned(store, id, call.world)) {
      await store.requestStop(id);
      tell('stopping', `Run ${id} stops after the step it is in. Go on later: forge resume ${id}`);
    } else {
      tell(
        'abandoned',
        `Nobody works on run ${id}: its process has ended. Go on: forge resume ${id}, or forge discard ${id}`,
      );
    }
    return { code: 0, runId: id };
  });
}

function statusHint(status: string, id: string): string {
  return status === 'parked' || status === 'stopped'
    ? ` Go on: forge resume ${id}, or end it: forge discard ${id}`
    : '';
}
