import type { ListedPlugin } from '@forge/core/installation';
import { exitCodeOf, type ResolvedConfig } from '@forge/plugin-api';
import type { CommandCall, CommandEnd } from '../command.ts';
import { drawFaults, faultObjects } from '../render/faults.ts';
import { glyphs } from '../render/glyphs.ts';
import { drawTable } from '../render/table.ts';
import { oneLine } from '../render/text-width.ts';
import { partWords } from '../plugin-part-words.ts';
import { isUsed } from '../used-plugins.ts';
import { forgeOptions } from '../with-forge.ts';

export default async function pluginList(call: CommandCall): Promise<CommandEnd> {
  const { bringsOf, listPlugins } = await import('@forge/core/installation');
  const { printer, terminal } = call;
  const { plugins, config, faults } = await listPlugins(forgeOptions(call));
  const brings = (plugin: ListedPlugin) =>
    [
      ...(plugin.manifest === undefined ? [] : bringsOf(plugin.manifest).map((pair) => pair.join(' '))),
      ...partWords(plugin),
    ]
      .map(oneLine)
      .join(', ');
  for (const plugin of plugins) {
    const { manifest, ...facts } = plugin;
    const used = uses(config, plugin);
    printer.object({ ...manifest, ...facts, type: 'plugin', kind: manifest?.type, used });
  }
  const rows = plugins.map((plugin) => [
    standing(plugin, uses(config, plugin)),
    plugin.name,
    plugin.manifest?.version ?? plugin.locked?.version ?? '',
    plugin.origin ?? '',
    plugin.state,
    brings(plugin),
  ]);
  printer.words(drawTable(rows, [{}, {}, {}, {}, {}, { flexible: true }], printer.columns));
  if (faults.length === 0) return undefined;
  for (const fault of faults) for (const object of faultObjects(fault)) printer.object(object);
  for (const fault of faults) terminal.print(drawFaults(fault, { style: printer.style, debug: false }));
  return exitCodeOf(faults[0]);
}

function uses(config: ResolvedConfig, { manifest, ...plugin }: ListedPlugin): boolean {
  return manifest !== undefined && plugin.state !== 'disabled' && isUsed(config, { manifest, ...plugin });
}

/** Will a run have it? */
function standing({ state }: ListedPlugin, used: boolean): string {
  if (state === 'disabled') return `${glyphs.note} off`;
  if (['missing', 'broken', 'changed'].includes(state)) return `${glyphs.failed} stays out`;
  return used ? `${glyphs.done} in use` : `${glyphs.note} ready`;
}
