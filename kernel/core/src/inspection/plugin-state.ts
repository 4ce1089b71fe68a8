import { changesSince } from '../host/check-lock.ts';
import type { LockedPlugin } from '../installation/plugin-lock.ts';
import type { PluginRecord } from '../manifests/plugin-record.ts';

/** How a plugin stands to what was approved. Each with the words of a person. */
export const pluginStates = {
  ok: 'as it was approved, or it comes with Forge',
  changed: 'its files or wishes are others than those that were approved',
  'not approved': 'nobody has approved it here',
  missing: 'it is named, and not there',
  broken: 'its manifest cannot be understood',
  disabled: 'switched off by the configuration',
  deprecated: 'its author has given it up',
} as const;

export type PluginState = keyof typeof pluginStates;

/** @param isTrusted the person trusts it in its present content, whoever named it */
export function stateOf(
  record: PluginRecord,
  {
    locked,
    isDisabled,
    isTrusted,
  }: {
    readonly locked: LockedPlugin | undefined;
    readonly isDisabled: boolean;
    readonly isTrusted: boolean;
  },
): PluginState {
  if (isDisabled) return 'disabled';
  if (record.origin === 'configuration' && locked !== undefined && changesSince(locked, record).length > 0)
    return 'changed';
  if (record.origin !== 'default' && locked === undefined && !isTrusted) return 'not approved';
  return record.manifest.deprecated === undefined ? 'ok' : 'deprecated';
}
