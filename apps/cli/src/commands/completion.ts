import { forgeError } from '@forge/plugin-api';
import type { CommandCall, CommandEnd } from '../command.ts';
import { completions } from '../completions.ts';

const shells = ['bash', 'zsh', 'fish'];

export default async function completion({ words }: CommandCall): Promise<CommandEnd> {
  const [shell = ''] = words;
  if (!shells.includes(shell)) {
    throw forgeError('USAGE', `There is no completion for "${shell}"`, { fix: `use one of ${shells.join(', ')}` });
  }
  completions().setup('forge', 'forge', shell);
}
