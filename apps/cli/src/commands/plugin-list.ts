import { contributionKeys, type Manifest } from '@forge/plugin-api';
import type { CommandCall, CommandEnd } from '../command.ts';
import { glyphs } from '../render/glyphs.ts';
import { drawTable } from '../render/table.ts';
import { withForge } from '../with-forge.ts';

export default function pluginList(call: CommandCall): Promise<CommandEnd> {
  const { printer } = call;
  return withForge(call, async (forge) => {
    const plugins = forge.plugins.toSorted((left, right) => left.manifest.name.localeCompare(right.manifest.name));
    for (const { manifest, folder, origin, active } of plugins) {
      printer.object({ ...manifest, type: 'plugin', kind: manifest.type, folder, origin, active });
    }
    const rows = plugins.map(({ manifest, origin, active }) => [
      active ? `${glyphs.done} in use` : `${glyphs.note} ready`,
      manifest.name,
      manifest.version,
      origin,
      brings(manifest).join(', '),
    ]);
    printer.words(drawTable(rows, [{}, {}, {}, {}, { flexible: true }], printer.columns));
  });
}

/** What a plugin registers, such as `llm anthropic`. */
export function brings({ provides }: Manifest): string[] {
  return Object.entries(contributionKeys).flatMap(([kind, key]) => provides[key].map((name) => `${kind} ${name}`));
}
