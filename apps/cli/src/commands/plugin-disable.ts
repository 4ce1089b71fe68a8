import type { CommandCall, CommandEnd } from '../command.ts';
import { switchPluginOf } from '../switch-plugin.ts';

export default function pluginDisable(call: CommandCall): Promise<CommandEnd> {
  return switchPluginOf(call, false);
}
