import { contributionKeys } from '@forge/plugin-api';
import type { Discovered } from '../manifests/discover.ts';
import type { PluginRecord } from '../manifests/plugin-record.ts';

export interface SafeMode {
  /** What comes with the app, and what is wrong with that alone. */
  readonly discovered: Discovered;
  readonly leftOut: readonly PluginRecord[];
}

export function safeMode({ plugins, disabled, used, faultsOfDefaults }: Discovered): SafeMode {
  const isKept = (record: PluginRecord) => record.origin === 'default';
  const leftOut = plugins.filter((record) => !isKept(record));
  return {
    discovered: {
      plugins: plugins.filter(isKept),
      disabled,
      used: new Map([...used].filter(([, record]) => isKept(record))),
      faults: faultsOfDefaults,
      faultsOfDefaults,
    },
    leftOut,
  };
}

/** For the person who started without them. */
export function leftOutWords(leftOut: readonly PluginRecord[]): string {
  const words = leftOut.map(({ manifest: { name, provides } }) => {
    const brings = Object.values(contributionKeys).flatMap((key) => provides[key]);
    return brings.length === 0 ? name : `${name} (${brings.join(', ')})`;
  });
  return `safe mode: left out ${words.join(', ') || 'nothing'}`;
}
