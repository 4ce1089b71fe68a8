import type { CommandRow } from '../command.ts';
import { decideCommands } from './decide.ts';
import { learnCommands } from './learn.ts';
import { lookCommands } from './look.ts';
import { proveCommands } from './prove.ts';
import { serveCommands } from './serve.ts';
import { webhookCommands } from './webhook.ts';
import { workCommands } from './work.ts';

/** All commands, in the order of the help. */
export const commandTable: readonly CommandRow[] = [
  ...workCommands,
  ...lookCommands,
  ...decideCommands,
  ...learnCommands,
  ...proveCommands,
  ...serveCommands,
  ...webhookCommands,
];

/** Commands that only hold others. */
export const commandFamilies: Readonly<Record<string, Pick<CommandRow, 'group' | 'summary'>>> = {
  config: { group: 'learn', summary: 'see, check and find the configuration' },
  plugin: { group: 'learn', summary: 'see, add, update, write and check plugins' },
  allow: { group: 'decide', summary: 'see, make and end rules that allow without asking' },
  memory: { group: 'learn', summary: 'see, correct and remove what was learned' },
  token: { group: 'serve', summary: 'let others use your server' },
  webhook: { group: 'serve', summary: 'tell other servers what happens' },
};
