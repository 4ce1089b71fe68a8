import { isOwned } from '../abandoned-runs.ts';
import type { CommandCall, CommandEnd } from '../command.ts';
import { finishRun } from '../finish-run.ts';
import { followToItsEnd } from '../follow-to-its-end.ts';
import { resolveRun } from '../resolve-id.ts';
import { type RunFlags, runSettings } from '../run-flags.ts';
import { storedRuns } from '../stored-runs.ts';
import { withForge } from '../with-forge.ts';
import { announce } from './run.ts';

export default async function resume(call: CommandCall<RunFlags & { readonly all?: boolean }>): Promise<CommandEnd> {
  if (call.options.all === true) return (await import('../resume-all.ts')).resumeAll(call);
  announce(call);
  return resumeRun(call, call.words[0], call.options);
}

/** Goes on with a run in this process. */
export function resumeRun(call: CommandCall, given: string | undefined, flags: RunFlags): Promise<CommandEnd> {
  return withForge(
    call,
    async (forge) => {
      const store = await storedRuns(forge);
      const { id } = await resolveRun(store, given, {
        status: ['parked', 'stopped', 'failed', 'running'],
        fits: async (run) => run.status !== 'running' || !(await isOwned(store, run.id, call.world)),
        none: 'no run that can go on',
      });
      const begin = (engine: Awaited<ReturnType<typeof forge.engine>>) =>
        engine.resume(id, { approve: flags.yes === true, budgetUsd: flags.budget });
      return finishRun(call, await followToItsEnd({ ...call, options: flags }, forge, begin, id));
    },
    runSettings(flags, call.directory),
  );
}
