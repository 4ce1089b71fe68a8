import type { CommandCall, CommandEnd } from '../command.ts';
import { drawTable } from '../render/table.ts';
import { oneLine } from '../render/text-width.ts';

export default async function pluginSearch(call: CommandCall): Promise<CommandEnd> {
  const { searchPlugins } = await import('@forge/core/installation');
  const { directory, printer, words, world } = call;
  const found = await searchPlugins({ cwd: directory, env: world.env }, words, world.interrupted);
  for (const plugin of found) printer.object({ type: 'package', ...plugin });
  const rows = found.map(({ name, version, description }) => [name, version, oneLine(description)]);
  printer.words(
    rows.length === 0
      ? 'Nothing was found.'
      : `${drawTable(rows, [{}, {}, { flexible: true }], printer.columns)}\n\n  Next   forge plugin add <name> --dry-run`,
  );
}
