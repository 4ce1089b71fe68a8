import type { CommandCall, CommandEnd } from '../command.ts';
import { glyph } from '../render/glyphs.ts';
import { undoneWhenStopped } from '../undone-when-stopped.ts';
import { forgeOptions } from '../with-forge.ts';

export default async function pluginRemove(call: CommandCall): Promise<CommandEnd> {
  const { removePlugin } = await import('@forge/core/installation');
  const { printer, terminal, words, world } = call;
  const [name = ''] = words;
  const report = (step: string): void => terminal.print(`${glyph('note', printer.style)} ${step}`);
  return undoneWhenStopped(call, async () => {
    const removed = await removePlugin(forgeOptions(call), { name, report, signal: world.interrupted });
    printer.print({ type: 'plugin.removed', ...removed }, `${glyph('done', printer.style)} ${name} is removed.`);
  });
}
