import { type ForgeError, type ProbeResult } from '@forge/plugin-api';
import type { ForgeOptions } from '../forge.ts';
import { openHost } from '../host/open-host.ts';
import { tokens } from '../host/tokens.ts';
import { usedPlugins } from '../host/used-plugins.ts';
import { inspectPlugin } from './inspect-plugin.ts';
import { type ListedPlugin, listIn } from './list-plugins.ts';

export interface ExaminedPlugin extends ListedPlugin {
  readonly ok: boolean;
  readonly faults: readonly ForgeError[];
  readonly missingSecrets: readonly string[];
  readonly check: ProbeResult | undefined;
  readonly promptTokens: number | undefined;
}

export interface Examination {
  readonly plugins: readonly ExaminedPlugin[];
  /** Faults that belong to no plugin, those of the configuration among them. */
  readonly faults: readonly ForgeError[];
}

/**
 * Really starts every plugin that somebody added and every one that a run would use, or those of that name. What is wrong
 * stands with each; nothing is thrown for it.
 */
export async function examinePlugins(forge: ForgeOptions, wanted?: string): Promise<Examination> {
  const { host, faults, close } = await openHost(forge, { despiteFaults: true });
  try {
    const { plugins } = host.get(tokens.discovered);
    const inUse = usedPlugins(host.get(tokens.configuration).config, host.get(tokens.registry));
    const all = await listIn(host, faults);
    const listed = all.filter(({ name, origin, state }) =>
      wanted === undefined
        ? state !== 'disabled' && (origin !== 'default' || inUse.some(({ manifest }) => manifest.name === name))
        : name === wanted || name.endsWith(`/${wanted}`),
    );
    const examined: ExaminedPlugin[] = [];
    for (const one of listed) {
      const own = faults.filter(({ details }) => details.plugin === one.name);
      const record = plugins.find(({ manifest }) => manifest.name === one.name);
      const found =
        own.length > 0 || record === undefined
          ? { faults: own, missingSecrets: [], check: undefined, promptTokens: undefined }
          : await inspectPlugin(host, record);
      const isThere = one.state !== 'missing' && one.state !== 'broken';
      examined.push({ ...one, ...found, ok: isThere && found.faults.length === 0 });
    }
    const names = new Set(listed.map(({ name }) => name));
    return { plugins: examined, faults: faults.filter(({ details }) => !names.has(details.plugin ?? '')) };
  } finally {
    await close();
  }
}
