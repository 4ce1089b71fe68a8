import type { Configuration } from '../config/read-configuration.ts';
import type { Discovered } from '../manifests/discover.ts';
import type { PluginRecord } from '../manifests/plugin-record.ts';

/** Forge's own plugins, and those that somebody let into its process. All others get one of their own. */
export function runsInProcess(
  record: PluginRecord,
  { uses }: Pick<Configuration, 'uses'>,
  { used }: Pick<Discovered, 'used'>,
): boolean {
  if (record.origin === 'default') return true;
  // The strongest layer that says something counts.
  return uses.findLast((use) => used.get(use) === record && use.inProcess !== undefined)?.inProcess === true;
}
