import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type ForgeEvent, forgeError, ledgerOf } from '@forge/plugin-api';
import type { CommandCall, CommandEnd } from '../command.ts';
import { count } from '../render/figures.ts';
import { jsonLine } from '../render/json-line.ts';
import { sarifOf } from '../render/sarif.ts';
import { resolveRun } from '../resolve-id.ts';
import { storedRuns } from '../stored-runs.ts';
import { withForge } from '../with-forge.ts';

interface Options {
  readonly output?: string;
  readonly sarif?: boolean;
  readonly costs?: boolean;
}

export default function exportRun(call: CommandCall<Options>): Promise<CommandEnd> {
  const { directory, options, printer, words, world } = call;
  return withForge(call, async (forge) => {
    const store = await storedRuns(forge);
    const { id } = await resolveRun(store, words[0]);
    const events = await store.readEvents(id);
    const { text, found, counts } = contentOf(events, options);
    if (options.output === undefined) {
      world.stdout.write(text);
      return { code: 0, runId: id };
    }
    const path = resolve(directory, options.output);
    // What happened in a run is not for everybody on the machine.
    await writeFile(path, text, { mode: 0o600 }).catch((cause: Error) => {
      throw forgeError('USAGE', `${path} could not be written`, {
        why: cause.message,
        fix: 'name a file in a folder that is there and that you may write to',
        cause,
      });
    });
    printer.print(
      { type: 'exported', runId: id, [`${counts}s`]: found, path },
      `${count(found, counts)} of run ${id} in ${path}`,
    );
    return { code: 0, runId: id };
  });
}

/** The text to write, and of how many of what it is. */
function contentOf(events: readonly ForgeEvent[], { sarif = false, costs = false }: Options) {
  if (sarif && costs)
    throw forgeError('USAGE', '--sarif and --costs exclude each other', { fix: 'leave one of them out' });
  if (sarif) return { text: `${jsonLine(sarifOf(events))}\n`, found: events.length, counts: 'event' };
  const rows = costs ? ledgerOf(events) : events;
  return {
    text: rows.map((row) => `${jsonLine(row)}\n`).join(''),
    found: rows.length,
    counts: costs ? 'call' : 'event',
  };
}
