import type { CommandCall, CommandEnd } from '../command.ts';
import { type PluginAddOptions, proposePlugin } from '../propose-plugin.ts';
import { forgeOptions } from '../with-forge.ts';

export default async function pluginUpdate(
  call: CommandCall<PluginAddOptions & { readonly rollback?: boolean }>,
): Promise<CommandEnd> {
  const { updateSpec } = await import('@forge/core/installation');
  const [name = ''] = call.words;
  return proposePlugin(call, updateSpec(forgeOptions(call), name, { rollback: call.options.rollback === true }), {});
}
