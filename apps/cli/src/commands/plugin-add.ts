import type { CommandCall, CommandEnd } from '../command.ts';
import { optionTexts } from '../plugin-option-texts.ts';
import { undoneWhenStopped } from '../undone-when-stopped.ts';
import { type PluginAddOptions, proposePlugin } from '../propose-plugin.ts';

export default async function pluginAdd(
  call: CommandCall<PluginAddOptions & { readonly option?: readonly string[] }>,
): Promise<CommandEnd> {
  const [spec = ''] = call.words;
  const options = optionTexts(call.options.option);
  return undoneWhenStopped(call, () => proposePlugin(call, spec, options));
}
