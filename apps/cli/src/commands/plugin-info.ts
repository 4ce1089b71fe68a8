import type { ListedPlugin } from '@forge/core/installation';
import { forgeError } from '@forge/plugin-api';
import type { CommandCall, CommandEnd } from '../command.ts';
import { partCosts, partWords, serverLines } from '../plugin-part-words.ts';
import { oneLine } from '../render/text-width.ts';
import { isUsed } from '../used-plugins.ts';
import { forgeOptions } from '../with-forge.ts';

/** A plugin whose manifest could be read. */
type ReadPlugin = ListedPlugin & Required<Pick<ListedPlugin, 'manifest' | 'folder' | 'origin'>>;

export default async function pluginInfo(call: CommandCall): Promise<CommandEnd> {
  const { examinePlugins, listPlugins, bringsOf, permissionWords } = await import('@forge/core/installation');
  const { printer, words } = call;
  const [wanted = ''] = words;
  const { plugins, config } = await listPlugins(forgeOptions(call));
  const found = findPlugin(plugins, wanted, bringsOf);
  const { manifest, folder, origin, state } = found;
  const used = state !== 'disabled' && isUsed(config, found);
  const brings = [...bringsOf(manifest).map((pair) => pair.join(' ')), ...partWords(found)];
  const { skills, mcpServers = [], notes = [] } = found;
  // Only code that may run is asked what it costs.
  const [examined] =
    manifest.provides.tools.length === 0 ? [] : (await examinePlugins(forgeOptions(call), manifest.name)).plugins;
  const promptTokens = examined?.promptTokens;
  const facts = {
    ...manifest,
    type: 'plugin',
    kind: manifest.type,
    folder,
    origin,
    state,
    used,
    promptTokens,
    skills,
    mcpServers,
    notes,
  };
  printer.print(facts, () => {
    const rows = [
      ['name', `${manifest.name} ${manifest.version}`],
      ['does', oneLine(manifest.description)],
      ['state', manifest.deprecated === undefined ? state : `${state}: ${oneLine(manifest.deprecated)}`],
      ['brings', brings.map(oneLine).join(', ')],
      ['servers', serverLines(mcpServers).join('\n')],
      ['may', permissionWords(manifest.permissions).map(oneLine).join(', ') || 'nothing special'],
      ['costs', costs(found, promptTokens, examined?.faults[0]?.message)],
      ['note', notes.map(oneLine).join('\n')],
      ['used', used ? 'yes' : 'no, the configuration does not name it'],
      ['from', `${origin}, ${folder}`],
      ['options', manifest.options === undefined ? 'none' : JSON.stringify(manifest.options, undefined, 2)],
    ] as const;
    return rows
      .filter(([, text]) => text !== '')
      .map(([name, text]) => `${printer.style.dim(name.padEnd(9))}${text.replaceAll('\n', `\n${' '.repeat(9)}`)}`)
      .join('\n');
  });
}

function costs(
  { manifest, ...plugin }: ReadPlugin,
  promptTokens: number | undefined,
  fault: string | undefined,
): string {
  if (manifest.provides.tools.length === 0) return partCosts(plugin) || 'nothing in prompts: it brings no tool';
  if (promptTokens !== undefined) return `about ${promptTokens} tokens in every prompt of an agent that gets its tools`;
  return `not known${fault === undefined ? '' : `: ${fault}`}`;
}

/** By its name, the end of it, or something that it brings. */
function findPlugin(
  plugins: readonly ListedPlugin[],
  wanted: string,
  bringsOf: (manifest: ReadPlugin['manifest']) => readonly (readonly [string, string])[],
): ReadPlugin {
  const read = plugins.filter((plugin): plugin is ReadPlugin => plugin.manifest !== undefined);
  const tests: ((plugin: ReadPlugin) => boolean)[] = [
    ({ name }) => name === wanted,
    ({ name }) => name.endsWith(`/${wanted}`),
    ({ manifest }) => bringsOf(manifest).some(([kind, name]) => name === wanted || `${kind} ${name}` === wanted),
  ];
  for (const test of tests) {
    const matches = read.filter(test);
    if (matches.length === 1 && matches[0] !== undefined) return matches[0];
    if (matches.length > 1) {
      throw forgeError('USAGE', `"${wanted}" fits more than one plugin`, {
        why: matches.map(({ name }) => name).join('\n'),
        fix: 'give the whole name',
      });
    }
  }
  throw forgeError('PLUGIN_NOT_FOUND', `There is no plugin ${wanted} here`, {
    fix: 'see what there is: forge plugin list',
  });
}
