import { type ForgeEvent, forgeError } from '@forge/plugin-api';
import type { CommandCall, CommandEnd } from '../command.ts';
import { finishRun } from '../finish-run.ts';
import { followToItsEnd } from '../follow-to-its-end.ts';
import { oneLine } from '../render/text-width.ts';
import { matchId, resolveRun } from '../resolve-id.ts';
import { type RunFlags, runSettings } from '../run-flags.ts';
import { storedRuns, type StoredRuns } from '../stored-runs.ts';
import { withForge } from '../with-forge.ts';
import { announce } from './run.ts';

type Options = RunFlags & { readonly at?: string };

export default function fork(call: CommandCall<Options>): Promise<CommandEnd> {
  announce(call);
  const { options, words, directory } = call;
  return withForge(
    call,
    async (forge) => {
      const store = await storedRuns(forge);
      const { id } = await resolveRun(store, words[0]);
      const at = options.at === undefined ? undefined : await resolveEvent(store, id, options.at);
      const followed = await followToItsEnd(call, forge, (engine) =>
        engine.fork(id, { ...(at === undefined ? {} : { at }), approve: options.yes === true }),
      );
      return finishRun(call, followed);
    },
    runSettings(options, directory),
  );
}

/** An event's number, or its id or a unique start or end of that. */
async function resolveEvent(store: StoredRuns, runId: string, given: string): Promise<number> {
  if (/^\d{1,9}$/.test(given)) return Number(given);
  const events = await store.readEvents(runId);
  const label = ({ seq, type }: ForgeEvent): string => oneLine(`${seq} ${type}`);
  const found = matchId(
    given,
    events.map((event) => ({ id: event.id, label: label(event), seq: event.seq })),
    'event',
  );
  if (found !== undefined) return found.seq;
  throw forgeError('USAGE', `Run ${runId} has no event ${given}`, { fix: `forge logs ${runId} --json shows them` });
}
