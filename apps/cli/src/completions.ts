import { RootCommand } from '@bomb.sh/tab';
import { progressKinds } from './command.ts';
import { commandFamilies, commandTable } from './command-table/command-table.ts';

/** The command table as the completion library knows it. */
export function completions(): RootCommand {
  const root = new RootCommand();
  const nothing = (): void => {};
  root.option('cwd', 'work as if started there', nothing);
  root.option('json', 'one JSON object per line');
  root.option('quiet', 'no progress, only the result', 'q');
  root.option('no-input', 'never ask');
  root.option('progress', 'how progress is shown', (complete) => progressKinds.forEach((kind) => complete(kind, '')));
  root.option('no-color', 'no colours');
  root.option('safe-mode', 'leave out every plugin that does not come with Forge');
  root.option('trust', 'let code of this repository run');
  root.option('help', 'show help', 'h');
  root.option('version', 'show the version', 'V');
  for (const [name, { summary }] of Object.entries(commandFamilies)) root.command(name, summary);
  for (const { name, summary, options = [], words = {}, hidden } of commandTable) {
    if (hidden) continue;
    const command = root.command(name, summary);
    for (const { flags, description, choices = [] } of options) {
      const [, short, long = ''] = /^(?:-(\w), )?--([\w-]+)/.exec(flags) ?? [];
      if (!flags.includes('<')) command.option(long, description, ...(short === undefined ? [] : [short]));
      else command.option(long, description, (complete) => choices.forEach((choice) => complete(choice, '')));
    }
    for (const syntax of Object.keys(words)) {
      const values = name === 'completion' ? ['bash', 'zsh', 'fish'] : [];
      command.argument(syntax, (complete) => values.forEach((value) => complete(value, '')));
    }
  }
  return root;
}
