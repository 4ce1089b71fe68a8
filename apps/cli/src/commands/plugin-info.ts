import type { PluginReport } from '@forge/core';
import { forgeError, type Permissions } from '@forge/plugin-api';
import type { CommandCall, CommandEnd } from '../command.ts';
import { isUsed } from '../used-plugins.ts';
import { withForge } from '../with-forge.ts';
import { brings } from './plugin-list.ts';

export default function pluginInfo(call: CommandCall): Promise<CommandEnd> {
  const { printer, words } = call;
  const [wanted = ''] = words;
  return withForge(call, async ({ plugins, config }) => {
    const found = findPlugin(plugins, wanted);
    const { manifest, folder, origin } = found;
    const used = isUsed(config, manifest);
    printer.print({ ...manifest, type: 'plugin', kind: manifest.type, folder, origin, used }, () =>
      draw(found, used, printer.style.dim),
    );
  });
}

/** By its name, the end of it, or something that it brings. */
function findPlugin(plugins: readonly PluginReport[], wanted: string): PluginReport {
  const tests: ((plugin: PluginReport) => boolean)[] = [
    ({ manifest }) => manifest.name === wanted,
    ({ manifest }) => manifest.name.endsWith(`/${wanted}`),
    ({ manifest }) => brings(manifest).some((item) => item === wanted || item.endsWith(` ${wanted}`)),
  ];
  for (const test of tests) {
    const matches = plugins.filter(test);
    if (matches.length === 1 && matches[0] !== undefined) return matches[0];
    if (matches.length > 1) {
      throw forgeError('USAGE', `"${wanted}" fits more than one plugin`, {
        why: matches.map(({ manifest }) => manifest.name).join('\n'),
        fix: 'give the whole name',
      });
    }
  }
  throw forgeError('PLUGIN_NOT_FOUND', `There is no plugin ${wanted} here`, {
    fix: 'see what there is: forge plugin list',
  });
}

function draw({ manifest, folder, origin }: PluginReport, used: boolean, dim: (text: string) => string): string {
  const rows = [
    ['name', `${manifest.name} ${manifest.version}`],
    ['does', manifest.description],
    ['brings', brings(manifest).join(', ')],
    ['may', permissionWords(manifest.permissions).join(', ') || 'nothing special'],
    ['used', used ? 'yes' : 'no, the configuration does not name it'],
    ['from', `${origin}, ${folder}`],
    ['options', manifest.options === undefined ? 'none' : JSON.stringify(manifest.options, undefined, 2)],
  ] as const;
  return rows
    .filter(([, text]) => text !== '')
    .map(([name, text]) => `${dim(name.padEnd(9))}${text.replaceAll('\n', `\n${' '.repeat(9)}`)}`)
    .join('\n');
}

function permissionWords({ env, secrets, network, workspace, exec }: Permissions): string[] {
  return [
    ...(env.length > 0 ? [`read ${env.join(', ')}`] : []),
    ...(secrets.length > 0 ? [`read the secrets ${secrets.join(', ')}`] : []),
    ...(network.length > 0 ? [`speak to ${network.join(', ')}`] : []),
    ...(workspace === 'none' ? [] : [`${workspace} the workspace`]),
    ...(exec ? ['start programs'] : []),
  ];
}
