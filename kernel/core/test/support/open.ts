import type { Interaction, Logger, ManifestInput } from '@forge/plugin-api';
import { onTestFinished } from 'vitest';
import type { Forge, ForgeOptions } from '../../src/forge.ts';
import { openForge } from '../../src/open-forge.ts';
import { temporaryFolder } from './temporary-folder.ts';

export const silent: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
export const nobody: Interaction = { interactive: false, ask: async () => undefined };

/** Options of a host that sees nothing of this machine: no default plugins, a home of its own. */
export function hostOptions(cwd: string, more: Partial<ForgeOptions> = {}): ForgeOptions {
  const home = temporaryFolder();
  return {
    cwd,
    pluginFolders: [],
    interaction: nobody,
    log: silent,
    forgeVersion: '0.0.0',
    ...more,
    env: { HOME: home, ...more.env },
  };
}

/** An open host, closed when the test ends. */
export async function open(cwd: string, more: Partial<ForgeOptions> = {}): Promise<Forge> {
  const forge = await openForge(hostOptions(cwd, more));
  onTestFinished(() => forge.close().catch(() => undefined));
  return forge;
}

/** The faults with which opening fails, as `where message`. */
export async function openFaults(cwd: string, more: Partial<ForgeOptions> = {}): Promise<string[]> {
  const { faultsOf } = await import('@forge/plugin-api');
  try {
    await open(cwd, more);
  } catch (error) {
    return faultsOf(error).map(({ code, message, details }) => `${code} ${details.where ?? '-'} ${message}`);
  }
  return [];
}

export function manifest(
  name: string,
  provides: ManifestInput['provides'] = {},
  more: Partial<ManifestInput> = {},
): ManifestInput {
  return { name, version: '1.0.0', type: 'bundle', entry: './index.ts', provides, ...more };
}
