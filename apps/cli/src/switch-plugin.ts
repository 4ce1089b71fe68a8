import type { CommandCall, CommandEnd } from './command.ts';
import { glyph } from './render/glyphs.ts';
import { forgeOptions } from './with-forge.ts';

/** Switches the plugin that the command names on or off, and says so. */
export async function switchPluginOf(call: CommandCall, enabled: boolean): Promise<CommandEnd> {
  const { switchPlugin } = await import('@forge/core/installation');
  const { printer, words } = call;
  const [name = ''] = words;
  const switched = await switchPlugin(forgeOptions(call), { name, enabled });
  const state = enabled ? 'on' : 'off';
  printer.print({ type: 'plugin.switched', ...switched }, () =>
    switched.unchanged
      ? `${glyph('note', printer.style)} ${name} is ${state} already.`
      : `${glyph('done', printer.style)} ${name} is ${state}: ${switched.configFile}`,
  );
}
