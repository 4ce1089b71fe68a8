import type { CommandCall, CommandEnd } from '../command.ts';
import { glyphs } from '../render/glyphs.ts';
import { drawTable } from '../render/table.ts';
import { oneLine } from '../render/text-width.ts';
import { withForge } from '../with-forge.ts';

export default function agents(call: CommandCall): Promise<CommandEnd> {
  const { printer } = call;
  return withForge(call, async (forge) => {
    const chosen = Object.entries(forge.config.agents);
    const rows = forge.names('agent').map(({ name, plugin }) => {
      const roles = chosen.filter(([, agent]) => agent === name).map(([role]) => role);
      const report = forge.plugins.find(({ manifest }) => manifest.name === plugin);
      const description = report?.manifest.description ?? '';
      printer.object({ type: 'agent', name, plugin, roles, description });
      return [
        roles.length > 0 ? glyphs.done : glyphs.note,
        name,
        roles.join(', ') || 'not used',
        plugin,
        oneLine(description),
      ];
    });
    printer.words(drawTable(rows, [{}, {}, {}, {}, { flexible: true }], printer.columns));
  });
}
