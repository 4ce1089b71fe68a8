import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { forgeError } from '@forge/plugin-api';
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
}

export default function exportRun(call: CommandCall<Options>): Promise<CommandEnd> {
  const { directory, options, printer, words, world } = call;
  return withForge(call, async (forge) => {
    const store = await storedRuns(forge);
    const { id } = await resolveRun(store, words[0]);
    const events = await store.readEvents(id);
    const text =
      options.sarif === true
        ? `${jsonLine(sarifOf(events))}\n`
        : events.map((event) => `${jsonLine(event)}\n`).join('');
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
      { type: 'exported', runId: id, events: events.length, path },
      `${count(events.length, 'event')} of run ${id} in ${path}`,
    );
    return { code: 0, runId: id };
  });
}
