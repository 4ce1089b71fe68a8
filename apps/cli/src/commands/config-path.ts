import type { CommandCall, CommandEnd } from '../command.ts';
import { withForge } from '../with-forge.ts';

export default function configPath(call: CommandCall): Promise<CommandEnd> {
  const { printer, terminal } = call;
  return withForge(call, async ({ configFile }) => {
    printer.object({ type: 'config', file: configFile });
    if (configFile !== undefined) printer.words(configFile);
    else if (!printer.json) terminal.print('There is no configuration file here; forge init writes one.');
  });
}
