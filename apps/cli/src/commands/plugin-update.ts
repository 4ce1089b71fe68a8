import type { CommandCall, CommandEnd } from '../command.ts';
import { undoneWhenStopped } from '../undone-when-stopped.ts';
import { type PluginAddOptions, proposePlugin } from '../propose-plugin.ts';
import { forgeOptions } from '../with-forge.ts';

export default async function pluginUpdate(
  call: CommandCall<PluginAddOptions & { readonly rollback?: boolean }>,
): Promise<CommandEnd> {
  const { updateSpec } = await import('@forge/core/installation');
  const [name = ''] = call.words;
  const rollback = call.options.rollback === true;
  const spec = updateSpec(forgeOptions(call), name, { rollback });
  const newer = { ...call, options: { ...call.options, onlyNewer: !rollback } };
  return undoneWhenStopped(call, () => proposePlugin(newer, spec, {}));
}
