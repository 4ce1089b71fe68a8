import type { CommandCall, CommandEnd } from '../command.ts';
import { completions } from '../completions.ts';

export default async function complete({ words }: CommandCall): Promise<CommandEnd> {
  completions().parse([...words]);
}
