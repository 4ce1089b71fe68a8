import type { ResolvedConfig } from '@forge/plugin-api';
import type { Discovered } from '../manifests/discover.ts';
import { bringsMcpServers, type PluginRecord, runsMcpServers } from '../manifests/plugin-record.ts';

/** Are the plugin's tools and skills there for agents? One that is opt-in waits to be named, or needed by another. */
export function takesPart(record: PluginRecord, discovered: Pick<Discovered, 'plugins' | 'used'>): boolean {
  if (!record.manifest.optIn || isNamed(record, discovered)) return true;
  return runsMcpServers(record) && discovered.plugins.some(bringsMcpServers);
}

/** Did somebody ask for it, by its name or by a tool's? If not, nothing of the repository concerns it. */
export function isAskedFor(
  record: PluginRecord,
  discovered: Pick<Discovered, 'used'>,
  config: ResolvedConfig,
): boolean {
  const { optIn, name, provides } = record.manifest;
  const { allow } = config.tools;
  return (
    !optIn ||
    isNamed(record, discovered) ||
    provides.tools.some((tool) => allow.includes(tool) || allow.includes(`${name}/${tool}`))
  );
}

function isNamed(record: PluginRecord, { used }: Pick<Discovered, 'used'>): boolean {
  return [...used.values()].includes(record);
}
