import { forgeError } from '@forge/plugin-api';
import type { CommandCall, CommandEnd } from '../command.ts';
import { createInteraction } from '../interaction.ts';
import { count } from '../render/figures.ts';
import { drawMemories } from '../render/memories.ts';
import { resolveMemory } from '../resolve-memory.ts';
import { withForge } from '../with-forge.ts';

export default function memoryForget(call: CommandCall<{ readonly yes?: boolean }>): Promise<CommandEnd> {
  const { options, printer, words } = call;
  return withForge(call, async (forge) => {
    const memory = await forge.memory();
    const found = [];
    for (const word of words) found.push(await resolveMemory(memory, forge.repositoryId, word));
    if (options.yes !== true) {
      const body = drawMemories(found, printer.columns);
      const title = `Forget ${count(found.length, 'memory', 'memories')} for good?`;
      const choices = [
        { id: 'yes', label: 'Forget' },
        { id: 'no', label: 'Keep' },
      ];
      const prompt = { title, body, options: choices, freeText: false };
      const answer = await createInteraction(call).ask(prompt, new AbortController().signal);
      if (answer === undefined)
        throw forgeError('USAGE', 'Nobody could be asked', { why: title, fix: 'say so with --yes' });
      if (answer !== 'yes') return;
    }
    for (const { id } of found) {
      await memory.forget(id);
      printer.print({ type: 'forgotten', id }, `${id} is forgotten.`);
    }
  });
}
