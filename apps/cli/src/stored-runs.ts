import { existsSync } from 'node:fs';
import type { Forge } from '@forge/core';
import type { RunStore } from '@forge/plugin-api';

/** What looking at runs takes. */
export type StoredRuns = Pick<
  RunStore,
  'getRun' | 'listRuns' | 'readEvents' | 'listCheckpoints' | 'readLease' | 'getRequest' | 'listRequests' | 'requestStop'
>;

/** The runs of this repository. Looking leaves no trace where nothing was ever stored. */
export async function storedRuns(forge: Forge): Promise<StoredRuns> {
  return nothingStored(forge, 'store') ? noRuns : forge.store();
}

/** Of a server that is reached over HTTP. */
export function isRemote({ stateDirectory }: Forge): boolean {
  return stateDirectory === '';
}

/** True when the default of that kind is in force, which keeps everything in a state folder that is not there yet. */
export function nothingStored(forge: Forge, kind: 'store' | 'memory'): boolean {
  if (isRemote(forge)) return false;
  const chosen = forge.origins.find(({ path }) => path === kind);
  return (chosen === undefined || chosen.source === 'default') && !existsSync(forge.stateDirectory);
}

const noRuns: StoredRuns = {
  getRun: () => Promise.resolve(undefined),
  listRuns: () => Promise.resolve([]),
  readEvents: () => Promise.resolve([]),
  listCheckpoints: () => Promise.resolve([]),
  readLease: () => Promise.resolve(undefined),
  getRequest: () => Promise.resolve(undefined),
  listRequests: () => Promise.resolve([]),
  requestStop: () => Promise.resolve(),
};
