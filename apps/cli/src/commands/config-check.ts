import type { CommandCall, CommandEnd } from '../command.ts';
import { count } from '../render/figures.ts';
import { glyph } from '../render/glyphs.ts';
import { isUsed } from '../used-plugins.ts';
import { withForge } from '../with-forge.ts';

export default function configCheck(call: CommandCall): Promise<CommandEnd> {
  const { printer } = call;
  // Opening reads every layer and every manifest, and throws all faults at once.
  return withForge(call, async ({ config, configFile, plugins }) => {
    const used = plugins.filter((plugin) => isUsed(config, plugin)).length;
    const words = `${glyph('done', printer.style)} ${configFile ?? 'no configuration file: defaults'} · ${count(used, 'plugin')} in use of ${plugins.length}`;
    printer.print({ type: 'config', ok: true, file: configFile, plugins: plugins.length, used }, words);
  });
}
