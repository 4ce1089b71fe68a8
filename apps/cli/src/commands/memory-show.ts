import type { CommandCall, CommandEnd } from '../command.ts';
import { drawMemory } from '../render/memories.ts';
import { resolveMemory } from '../resolve-memory.ts';
import { withForge } from '../with-forge.ts';

export default function memoryShow(call: CommandCall): Promise<CommandEnd> {
  const { printer, words } = call;
  return withForge(call, async (forge) => {
    const found = await resolveMemory(await forge.memory(), forge.repositoryId, words[0] ?? '');
    printer.print({ ...found, type: 'memory', memoryType: found.type }, () => drawMemory(found, printer.style));
  });
}
