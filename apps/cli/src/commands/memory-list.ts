import type { CommandCall, CommandEnd } from '../command.ts';
import { drawMemories } from '../render/memories.ts';
import { nothingStored } from '../stored-runs.ts';
import { withForge } from '../with-forge.ts';

export interface RecallOptions {
  readonly scope?: string;
  readonly limit?: number;
}

export default function memoryList(call: CommandCall<RecallOptions>): Promise<CommandEnd> {
  return recall(call, '', call.options.limit ?? 20);
}

/** Prints what is recalled for some words; without words the newest. */
export function recall(call: CommandCall<RecallOptions>, context: string, limit: number): Promise<CommandEnd> {
  const { options, printer } = call;
  return withForge(call, async (forge) => {
    const query = { context, scope: options.scope ?? 'current', repoId: forge.repositoryId, limit };
    const found = nothingStored(forge, 'memory') ? [] : await (await forge.memory()).recall(query);
    for (const entry of found) printer.object({ ...entry, type: 'memory', memoryType: entry.type });
    if (found.length === 0) printer.words(context === '' ? 'Nothing was learned here yet.' : 'Nothing fits.');
    else printer.words(drawMemories(found, printer.columns));
  });
}
