import type { CommandCall, CommandEnd } from '../command.ts';
import { glyph } from '../render/glyphs.ts';
import { forgeOptions } from '../with-forge.ts';

export default async function pluginInstall(call: CommandCall<{ readonly frozen?: boolean }>): Promise<CommandEnd> {
  const { installLocked } = await import('@forge/core/installation');
  const { options, printer, terminal, world } = call;
  const installed = await installLocked(forgeOptions(call), {
    frozen: options.frozen === true,
    signal: world.interrupted,
    report: (step) => terminal.print(`${glyph('note', printer.style)} ${step}`),
  });
  printer.print({ type: 'plugin.installed', ...installed }, () =>
    installed.plugins
      .map(({ name, version }) => `${glyph('done', printer.style)} ${name} ${version} is as it was approved.`)
      .join('\n'),
  );
}
