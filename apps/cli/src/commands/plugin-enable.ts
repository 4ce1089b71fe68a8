import type { CommandCall, CommandEnd } from '../command.ts';
import { switchPluginOf } from '../switch-plugin.ts';

export default function pluginEnable(call: CommandCall): Promise<CommandEnd> {
  return switchPluginOf(call, true);
}
