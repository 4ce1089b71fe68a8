import type { CommandRow } from '../command.ts';

/** See, add, write and check plugins. */
export const pluginCommands: readonly CommandRow[] = [
  {
    name: 'plugin list',
    group: 'learn',
    summary: 'list the plugins, what they bring, and which are in use',
    examples: [['forge plugin list', 'all plugins']],
    load: () => import('../commands/plugin-list.ts'),
  },
  {
    name: 'plugin info',
    group: 'learn',
    summary: 'show one plugin: what it brings, may do, and takes as options',
    words: { '<name>': 'a plugin, or something that it brings' },
    examples: [['forge plugin info @forge/llm-anthropic', 'one plugin']],
    load: () => import('../commands/plugin-info.ts'),
  },
  {
    name: 'plugin add',
    group: 'learn',
    summary: 'look at a plugin, install it and write it into the configuration',
    words: { '<plugin>': 'an npm package, a git address, an archive, or a folder' },
    options: [
      { flags: '--option <name=value>', description: 'an option of the plugin', repeatable: true },
      { flags: '--exact', description: 'take this very version, not a range' },
      { flags: '--dry-run', description: 'only show what would be added' },
      { flags: '--yes', description: 'do not ask' },
    ],
    details:
      "It is installed with the project's own package manager, and no script of it runs. What you approve stands in forge.plugins.lock; a plugin that is another later does not load. When a step fails, those before it are undone.",
    examples: [
      ['forge plugin add forge-plugin-jira --option site=https://acme.atlassian.net', 'issues of Jira for the agents'],
      ['forge plugin add ./tools/forge-todo', 'a plugin of your own, where it lies'],
    ],
    load: () => import('../commands/plugin-add.ts'),
  },
  {
    name: 'plugin update',
    group: 'learn',
    summary: 'approve and install the newest version of a plugin, or the one before',
    words: { '<name>': 'a plugin that was added' },
    options: [
      { flags: '--rollback', description: 'back to the version before the last update' },
      { flags: '--exact', description: 'take this very version, not a range' },
      { flags: '--dry-run', description: 'only show what would be added' },
      { flags: '--yes', description: 'do not ask' },
    ],
    examples: [['forge plugin update forge-plugin-jira', 'shows what it may do that it could not do before']],
    load: () => import('../commands/plugin-update.ts'),
  },
  {
    name: 'plugin remove',
    group: 'learn',
    summary: 'take a plugin out of the configuration and uninstall it',
    words: { '<name>': 'a plugin that the configuration names' },
    examples: [['forge plugin remove forge-plugin-jira', 'configuration, lock and package']],
    load: () => import('../commands/plugin-remove.ts'),
  },
  {
    name: 'plugin create',
    group: 'learn',
    summary: 'write a new plugin, with tests that pass, a README and a playground',
    words: { '<name>': 'of its package, such as forge-plugin-weather' },
    options: [
      {
        flags: '--kind <kind>',
        description:
          'what it brings: agent, tool, llm, memory, store, bus, executor, sandbox, gate, deployer or webhook',
      },
      { flags: '--directory <folder>', description: 'where to put it (default: a folder of that name)' },
    ],
    details: 'It is TypeScript that Forge loads as it is. Its tests run the contract suite of its kind.',
    examples: [['forge plugin create forge-plugin-weather --kind tool', 'a tool for the agents']],
    load: () => import('../commands/plugin-create.ts'),
  },
];
