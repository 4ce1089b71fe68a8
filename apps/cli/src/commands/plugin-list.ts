import type { PluginReport } from '@forge/core';
import { contributionKeys, type Manifest } from '@forge/plugin-api';
import type { CommandCall, CommandEnd } from '../command.ts';
import { glyphs } from '../render/glyphs.ts';
import { drawTable } from '../render/table.ts';
import { isUsed } from '../used-plugins.ts';
import { withForge } from '../with-forge.ts';

export default function pluginList(call: CommandCall): Promise<CommandEnd> {
  const { printer } = call;
  return withForge(call, async (forge) => {
    const plugins = forge.plugins.toSorted((left, right) => left.manifest.name.localeCompare(right.manifest.name));
    const uses = ({ manifest }: PluginReport): boolean => isUsed(forge.config, manifest);
    for (const plugin of plugins) {
      const { manifest, folder, origin } = plugin;
      printer.object({ ...manifest, type: 'plugin', kind: manifest.type, folder, origin, used: uses(plugin) });
    }
    const rows = plugins.map((plugin) => [
      uses(plugin) ? `${glyphs.done} in use` : `${glyphs.note} ready`,
      plugin.manifest.name,
      plugin.manifest.version,
      plugin.origin,
      brings(plugin.manifest).join(', '),
    ]);
    printer.words(drawTable(rows, [{}, {}, {}, {}, { flexible: true }], printer.columns));
  });
}

/** What a plugin registers, such as `llm anthropic`. */
export function brings({ provides }: Manifest): string[] {
  return Object.entries(contributionKeys).flatMap(([kind, key]) => provides[key].map((name) => `${kind} ${name}`));
}
