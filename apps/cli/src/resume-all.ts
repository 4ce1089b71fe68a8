import { exitCodes, faultsOf, forgeError, isForgeError, type RunRecord } from '@forge/plugin-api';
import { chooseRenderer } from './choose-renderer.ts';
import type { CommandCall, CommandEnd } from './command.ts';
import { followRun } from './follow-run.ts';
import { exitCodeOfFaults } from './render/faults.ts';
import { type Glyph, glyph } from './render/glyphs.ts';
import { oneLine } from './render/text-width.ts';
import { type RunFlags, runSettings } from './run-flags.ts';
import { runsToResume } from './runs-to-resume.ts';
import { storedRuns } from './stored-runs.ts';
import { withForge } from './with-forge.ts';
import type { World } from './world.ts';

interface Ended {
  readonly code: number;
  readonly status: string;
  /** In a few words. */
  readonly text: string;
}

/** What says most about all of them comes first. */
const gravest: readonly number[] = [
  exitCodes.stopped,
  exitCodes.failed,
  exitCodes.environment,
  exitCodes.plugin,
  exitCodes.credentials,
  exitCodes.usage,
  exitCodes.limit,
  exitCodes.conflict,
  exitCodes.waiting,
  exitCodes.done,
];

/** Goes on with every run that can go on by itself, all at once, and says in a line how each ended. Asks nobody. */
export function resumeAll(asked: CommandCall<RunFlags>): Promise<CommandEnd> {
  const { options, printer, words } = asked;
  if (words.length > 0)
    throw forgeError('USAGE', '--all and a run exclude each other', { fix: 'leave one of them out' });
  const call = { ...asked, world: sharingInterrupts(asked.world), global: { ...asked.global, input: false } };
  return withForge(
    call,
    async (forge) => {
      const runs = await runsToResume(await storedRuns(forge), call.world);
      const quiet = { ...call, global: { ...call.global, progress: 'none' as const } };
      const resumeOne = async (run: RunRecord): Promise<Ended> => {
        const begin = (engine: Awaited<ReturnType<typeof forge.engine>>) =>
          engine.resume(run.id, { approve: options.yes === true });
        const ended = await followRun(call, forge, chooseRenderer(quiet, ''), begin, run.id).then(
          ({ outcome: { record, error }, view }): Ended => ({
            code: error === undefined ? exitCodes.done : exitCodeOfFaults(error),
            status: record.status,
            text: error === undefined ? `done · ${view.change?.branch ?? 'nothing to deliver'}` : error.message,
          }),
          notBegun,
        );
        printer.print(
          { type: 'resumed', runId: run.id, ...ended },
          `${glyph(glyphOf(ended), printer.style)} ${run.id} ${oneLine(run.task).slice(0, 40)} · ${oneLine(ended.text)}`,
        );
        return ended;
      };
      const ends = await Promise.all(runs.map(resumeOne));
      if (runs.length === 0) printer.words('No run can go on by itself.');
      const code = gravest.find((each) => ends.some((end) => end.code === each)) ?? exitCodes.done;
      return { code, runs: runs.length };
    },
    runSettings(options, call.directory),
  );
}

/** It is as it was. That somebody else was quicker is as good. */
function notBegun(error: unknown): Ended {
  if (isForgeError(error, 'LEASE_HELD')) return { code: exitCodes.done, status: 'running', text: error.message };
  return { code: exitCodeOfFaults(error), status: 'unchanged', text: faultsOf(error)[0]?.message ?? String(error) };
}

function glyphOf({ code, status }: Ended): Glyph {
  if (code === exitCodes.done) return status === 'completed' ? 'done' : 'running';
  return status === 'parked' || status === 'stopped' ? 'parked' : 'failed';
}

/** Ctrl-C goes to the newest listener alone; here all runs are to hear it. */
function sharingInterrupts(world: World): World {
  const listeners = new Set<() => void>();
  let stop: (() => void) | undefined;
  return {
    ...world,
    onInterrupt(listener) {
      listeners.add(listener);
      stop ??= world.onInterrupt(() => {
        for (const each of listeners) each();
      });
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        stop?.();
        stop = undefined;
      };
    },
  };
}
