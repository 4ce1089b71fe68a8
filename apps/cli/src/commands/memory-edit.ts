import { forgeError, type Memory, type MemoryUpdate } from '@forge/plugin-api';
import type { CommandCall, CommandEnd } from '../command.ts';
import { createInteraction } from '../interaction.ts';
import { drawMemory } from '../render/memories.ts';
import { resolveMemory } from '../resolve-memory.ts';
import { withForge } from '../with-forge.ts';

interface Options {
  readonly content?: string;
  readonly context?: string;
  readonly confidence?: number;
  readonly tag?: readonly string[];
}

export default function memoryEdit(call: CommandCall<Options>): Promise<CommandEnd> {
  const { printer, words } = call;
  return withForge(call, async (forge) => {
    const memory = await forge.memory();
    const found = await resolveMemory(memory, forge.repositoryId, words[0] ?? '');
    const updated = await memory.update(found.id, await changesOf(call, found));
    printer.print({ ...updated, type: 'memory', memoryType: updated.type }, () => drawMemory(updated, printer.style));
  });
}

/** What the flags say; without flags, what the person types. */
async function changesOf(call: CommandCall<Options>, found: Memory): Promise<MemoryUpdate> {
  const { content, context, confidence, tag } = call.options;
  if (confidence !== undefined && confidence > 1) {
    throw forgeError('USAGE', `--confidence ${confidence} is not between 0 and 1`, { fix: 'such as --confidence 0.8' });
  }
  const changes = {
    ...(content === undefined ? {} : { content }),
    ...(context === undefined ? {} : { context }),
    ...(confidence === undefined ? {} : { confidence }),
    ...(tag === undefined ? {} : { tags: [...tag] }),
  };
  if (Object.keys(changes).length > 0) return changes;
  const prompt = { title: 'What was learned, corrected', body: found.content };
  const words = await createInteraction(call).ask(prompt, new AbortController().signal);
  if (words !== undefined && words.trim() !== '') return { content: words };
  throw forgeError('USAGE', 'There is nothing to change', {
    fix: 'say what with --content, --context, --confidence or --tag',
  });
}
