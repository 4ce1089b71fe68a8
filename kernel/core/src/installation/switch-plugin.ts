import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { forgeError } from '@forge/plugin-api';
import type { ForgeOptions } from '../forge.ts';
import { openHost } from '../host/open-host.ts';
import { tokens } from '../host/tokens.ts';
import { requireNamesOf } from '../host/used-plugins.ts';
import { findPlaces } from '../state/places.ts';
import { withSwitch } from './edit-config.ts';
import { relativeUse } from './install-package.ts';
import { keepFiles } from './kept-files.ts';
import { keepConfigTrust } from './trust-now.ts';

export interface SwitchedPlugin {
  readonly name: string;
  readonly enabled: boolean;
  readonly configFile: string;
  /** It was so already. */
  readonly unchanged: boolean;
}

/**
 * Switches a plugin on or off in the configuration of the project; all else of its entry stays. Undone, with what is wrong,
 * when the configuration names something that is then not there.
 */
export async function switchPlugin(
  forge: ForgeOptions,
  { name, enabled }: { readonly name: string; readonly enabled: boolean },
): Promise<SwitchedPlugin> {
  const { configFile, use, isEnabled } = await findPlugin(forge, name);
  if (isEnabled === enabled) return { name, enabled, configFile, unchanged: true };
  const kept = await keepFiles([configFile]);
  const trust = keepConfigTrust(forge, configFile);
  try {
    const text = await readFile(configFile, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    await writeFile(configFile, await withSwitch(configFile, text, use, enabled));
    await trust.carryOver();
    // Said once more, because a configuration in code that this process has read is not read again.
    const plugins = [...(forge.flags?.plugins ?? []), { use: name, options: {}, enabled }];
    await findPlugin({ ...forge, flags: { ...forge.flags, plugins } }, name, { mustFit: true });
    return { name, enabled, configFile, unchanged: false };
  } catch (error) {
    await kept.restore();
    await trust.carryOver().catch(() => undefined);
    throw error;
  }
}

async function findPlugin(forge: ForgeOptions, name: string, { mustFit = false } = {}) {
  const { host, close } = await openHost(forge);
  try {
    const { file, uses } = host.get(tokens.configuration);
    const { plugins, disabled, used } = host.get(tokens.discovered);
    const record = [...plugins, ...disabled].find(({ manifest }) => manifest.name === name);
    if (record === undefined) {
      throw forgeError('PLUGIN_NOT_FOUND', `There is no plugin ${name} here`, {
        fix: 'see what there is: forge plugin list',
      });
    }
    const { project } = findPlaces(forge.cwd, forge.env);
    const configFile = file ?? join(project, 'forge.config.json');
    if (mustFit) requireNamesOf(record, host.get(tokens.configuration).config, host.get(tokens.registry));
    const own = uses.find((each) => used.get(each) === record && each.fromRepository);
    const use = own?.use ?? name;
    return {
      configFile,
      use: use.startsWith('/') ? relativeUse(dirname(configFile), use) : use,
      isEnabled: !disabled.includes(record),
    };
  } finally {
    await close();
  }
}
