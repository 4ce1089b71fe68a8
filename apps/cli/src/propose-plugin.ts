import type { AddedPlugin, OptionQuestion, PluginProposal } from '@forge/core/installation';
import { forgeError } from '@forge/plugin-api';
import type { CommandCall, CommandEnd } from './command.ts';
import { createInteraction } from './interaction.ts';
import { glyph } from './render/glyphs.ts';
import { partCosts, partWords, serverLines } from './plugin-part-words.ts';
import { oneLine } from './render/text-width.ts';
import { forgeOptions } from './with-forge.ts';

export interface PluginAddOptions {
  readonly exact?: boolean;
  readonly inProcess?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  /** Ends where nothing is newer than what is there. */
  readonly onlyNewer?: boolean;
}

/** Shows what a plugin brings and may do, asks, and adds it. */
export async function proposePlugin(
  call: CommandCall<PluginAddOptions>,
  spec: string,
  given: Readonly<Record<string, string>>,
): Promise<CommandEnd> {
  const { addPlugin } = await import('@forge/core/installation');
  const { options, printer, terminal, world } = call;
  const interaction = createInteraction(call);
  let isNewest = false;
  const added = await addPlugin(forgeOptions(call), {
    spec,
    options: given,
    exact: options.exact === true,
    inProcess: options.inProcess === true,
    dryRun: options.dryRun === true,
    confirm: async (proposal) => {
      printer.object({ type: 'plugin.proposal', ...proposal });
      if (options.onlyNewer === true && proposal.upToDate) {
        isNewest = true;
        return false;
      }
      terminal.print(`\n${draw(proposal)}\n`);
      if (options.dryRun === true || options.yes === true) return true;
      return confirmed(await interaction.ask(question(proposal), world.interrupted), proposal);
    },
    ask: (asked: OptionQuestion) => interaction.ask({ title: optionTitle(asked) }, world.interrupted),
    report: (step) => terminal.print(`${glyph('note', printer.style)} ${step}`),
    signal: world.interrupted,
  });
  if (isNewest) return printer.words(`${glyph('done', printer.style)} Nothing is newer. Nothing was changed.`);
  if (added === undefined) return printer.words('Nothing was changed.');
  printer.print({ type: 'plugin.added', ...added }, () => done(call, added));
}

function optionTitle({ name, description, problem }: OptionQuestion): string {
  return oneLine([`Option ${name}`, ...[description, problem].filter((words) => words !== undefined)].join(' — '));
}

function question({ manifest: { name, version } }: PluginProposal) {
  return {
    title: `Add ${name} ${version}?`,
    options: [
      { id: 'yes', label: 'Add it' },
      { id: 'no', label: 'Change nothing' },
    ],
    // An Enter that was typed before the question came must not approve anything.
    initial: 'no',
    freeText: false,
  };
}

function confirmed(answer: string | undefined, { manifest }: PluginProposal): boolean {
  if (answer !== undefined) return answer === 'yes';
  throw forgeError('USAGE', 'Nobody could be asked', {
    why: `${manifest.name} ${manifest.version} has to be approved`,
    fix: 'look at it with --dry-run, then say so with --yes',
  });
}

function draw({ manifest, brings, newPermissions, replaces, ...proposal }: PluginProposal): string {
  const { mcpServers, notes, ...where } = proposal;
  const place = placeOf(where);
  const rows = [
    ['plugin', `${manifest.name} ${manifest.version}`],
    ['does', oneLine(manifest.description)],
    ['brings', [...brings, ...partWords(proposal)].map(oneLine).join(', ')],
    ['servers', serversOf(mcpServers)],
    [replaces === undefined ? 'may' : 'newly', newPermissions.map(oneLine).join(', ') || 'nothing special'],
    ['options', optionsOf(manifest)],
    ['costs', costs(manifest) || partCosts(proposal)],
    ['note', manifest.deprecated === undefined ? '' : `given up by its author: ${oneLine(manifest.deprecated)}`],
    ['note', notes.map(oneLine).join('\n')],
    ['replaces', replaces ?? ''],
    ['how', `${place}${where.makesPackage ? ', for which a package.json is made' : ''}; no script of it runs`],
    ['config', where.configFile],
  ] as const;
  return rows
    .filter(([, text]) => text !== '')
    .map(([name, text]) => `  ${name.padEnd(9)} ${text.replaceAll('\n', `\n${' '.repeat(12)}`)}`)
    .join('\n');
}

function serversOf(mcpServers: PluginProposal['mcpServers']): string {
  const lines = serverLines(mcpServers);
  const starts = mcpServers.some(({ reach }) => !/^https?:/.test(reach));
  return [...lines, ...(starts ? ['they run with your rights, outside the sandbox'] : [])].join('\n');
}

function placeOf({ packageManager, copiedTo }: Pick<PluginProposal, 'packageManager' | 'copiedTo'>): string {
  if (copiedTo !== undefined) return `copied to ${copiedTo}, which you commit`;
  return packageManager === undefined ? 'used where it lies' : `installed with ${packageManager}`;
}

function optionsOf({ options }: PluginProposal['manifest']): string {
  const { properties = {}, required = [] } = (options ?? {}) as {
    readonly properties?: Readonly<Record<string, unknown>>;
    readonly required?: readonly string[];
  };
  return Object.keys(properties)
    .map((name) => oneLine(required.includes(name) ? `${name} (needed)` : name))
    .join(', ');
}

/** Before its code runs nobody knows more than what it says itself. */
function costs({ promptTokens, provides }: PluginProposal['manifest']): string {
  if (provides.tools.length === 0) return '';
  return promptTokens === undefined
    ? 'it does not say; shown once it has started'
    : `about ${promptTokens} tokens in every prompt`;
}

function done(
  { printer }: Pick<CommandCall, 'printer'>,
  { manifest, configFile, missingSecrets, promptTokens, check }: AddedPlugin,
): string {
  return [
    `${glyph('done', printer.style)} ${manifest.name} ${manifest.version} is added: ${configFile}, and approved in forge.plugins.lock.`,
    ...(promptTokens === 0 ? [] : [`  Costs   about ${promptTokens} tokens in every prompt`]),
    ...(check === undefined
      ? []
      : [`  Check   ${check.ok ? '' : `${glyph('failed', printer.style)} `}${oneLine(check.detail)}`]),
    ...missingSecrets.map((name) => `  Set     export ${name}=…`),
    `  Look    forge plugin info ${manifest.name}`,
  ].join('\n');
}
