import { forgeError } from '@forge/plugin-api';
import type { CommandCall, CommandEnd } from '../command.ts';
import { type PluginAddOptions, proposePlugin } from '../propose-plugin.ts';

export default function pluginAdd(
  call: CommandCall<PluginAddOptions & { readonly option?: readonly string[] }>,
): Promise<CommandEnd> {
  const [spec = ''] = call.words;
  return proposePlugin(call, spec, Object.fromEntries((call.options.option ?? []).map(nameAndValue)));
}

function nameAndValue(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw forgeError('USAGE', `An option is written as name=value, not as "${text}"`, {
    fix: 'such as --option site=https://acme.atlassian.net',
  });
}
