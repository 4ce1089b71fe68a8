import type { CommandRow } from '../command.ts';

const id = 'a webhook, as the list names it';

/** Who is told of events, and what became of that. */
export const webhookCommands: readonly CommandRow[] = [
  {
    name: 'webhook list',
    group: 'serve',
    remote: true,
    summary: 'list webhooks, and how much they have been told',
    examples: [['forge webhook list', 'also those that are switched off, and why']],
    load: () => import('../commands/webhook-list.ts'),
  },
  {
    name: 'webhook add',
    group: 'serve',
    remote: true,
    summary: 'tell another server what happens here from now on',
    words: { '<url>': 'where to' },
    options: [
      { flags: '--event <filter>', description: 'a type, a prefix such as run.*, or * (default)', repeatable: true },
      { flags: '--id <name>', description: 'its name in lists and commands (default: made of the address)' },
      { flags: '--use <sender>', description: 'name of a sender (default: as configured)' },
      { flags: '--transform <expression>', description: 'what is sent instead of the event, in JMESPath' },
    ],
    details:
      'It is kept beside the runs. Those that stand in the configuration can have headers, and transforms in code.',
    examples: [["forge webhook add https://hooks.example.org/forge --event 'run.*'", 'and print the key that signs']],
    load: () => import('../commands/webhook-add.ts'),
  },
  {
    name: 'webhook show',
    group: 'serve',
    remote: true,
    summary: 'show one webhook and its newest deliveries',
    words: { '<id>': id },
    options: [
      { flags: '--dead', description: 'only deliveries that were given up' },
      { flags: '--limit <number>', description: 'how many deliveries (default: 20)', value: 'number' },
      { flags: '--secret', description: 'print the key that Forge signs with, for its receiver' },
    ],
    examples: [['forge webhook show audit', 'what it was told, and when the rest is tried']],
    load: () => import('../commands/webhook-show.ts'),
  },
  {
    name: 'webhook test',
    group: 'serve',
    remote: true,
    summary: 'send a webhook an event that did not happen, and say what came of it',
    words: { '<id>': id },
    examples: [['forge webhook test audit', 'through its transform, signed as always']],
    load: () => import('../commands/webhook-test.ts'),
  },
  {
    name: 'webhook replay',
    group: 'serve',
    remote: true,
    summary: 'send again: a delivery, or all of a webhook that were given up',
    words: { '<id...>': 'webhooks, or deliveries as forge webhook show names them' },
    examples: [['forge webhook replay audit', 'what was given up, once the receiver works again']],
    load: () => import('../commands/webhook-replay.ts'),
  },
  {
    name: 'webhook deliver',
    group: 'serve',
    remote: true,
    summary: 'try now what is due',
    details:
      'Runs deliver while they work, and forge serve all the time. This is for what is left when neither is there.',
    examples: [['forge webhook deliver', 'what earlier runs could not deliver']],
    load: () => import('../commands/webhook-deliver.ts'),
  },
  {
    name: 'webhook disable',
    group: 'serve',
    remote: true,
    summary: 'tell a webhook nothing more; what waits for it stays',
    words: { '<id>': id },
    options: [{ flags: '--reason <text>', description: 'why, shown in the list' }],
    examples: [['forge webhook disable audit --reason "moves on Friday"', 'until it is enabled again']],
    load: () => import('../commands/webhook-disable.ts'),
  },
  {
    name: 'webhook enable',
    group: 'serve',
    remote: true,
    summary: 'tell a webhook what happens from now on, and what waited',
    words: { '<id>': id },
    examples: [['forge webhook enable audit', 'also one that was switched off because it failed']],
    load: () => import('../commands/webhook-enable.ts'),
  },
  {
    name: 'webhook remove',
    group: 'serve',
    remote: true,
    summary: 'forget a webhook that the configuration does not name, with all that waits for it',
    words: { '<id>': id },
    examples: [
      ['forge webhook remove old-hooks', 'made by a command or over the HTTP API, or gone from the configuration'],
    ],
    load: () => import('../commands/webhook-remove.ts'),
  },
];
