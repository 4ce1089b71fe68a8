import type { CommandCall, CommandEnd } from '../command.ts';
import { withForge } from '../with-forge.ts';
import type { RecallOptions } from './memory-list.ts';
import { jsonLine } from '../render/json-line.ts';

// As many as one recall gives.
const most = 1000;

export default function memoryExport({ options, ...call }: CommandCall<RecallOptions>): Promise<CommandEnd> {
  return withForge({ options, ...call }, async (forge) => {
    const memory = await forge.memory();
    const { repositoryId: repoId } = forge;
    const found = await memory.recall({ context: '', scope: options.scope ?? 'current', repoId, limit: most });
    for (const { score: _score, ...entry } of found) call.world.stdout.write(`${jsonLine(entry)}\n`);
    if (found.length === most) call.terminal.print(`Only the newest ${most} are here.`);
  });
}
