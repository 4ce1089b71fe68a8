import type { CommandCall, CommandEnd } from '../command.ts';
import { optionTexts } from '../plugin-option-texts.ts';
import { type PluginAddOptions, proposePlugin } from '../propose-plugin.ts';

export default async function pluginAdd(
  call: CommandCall<PluginAddOptions & { readonly option?: readonly string[] }>,
): Promise<CommandEnd> {
  const [spec = ''] = call.words;
  return proposePlugin(call, spec, optionTexts(call.options.option));
}
