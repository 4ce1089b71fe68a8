import { fileURLToPath } from 'node:url';
import type { Forge, OpenForge } from '@forge/core';
import type { ConfigLayer } from '@forge/plugin-api';
import type { CommandCall, CommandEnd } from './command.ts';
import { createInteraction } from './interaction.ts';
import { reportAbandoned } from './abandoned-runs.ts';
import { wantsTraces } from './report-faults.ts';
import { createStderrLogger } from './stderr-logger.ts';
import { isRemote } from './stored-runs.ts';

/** The default plugins: folders of the repository, or beside the bundle. */
export const pluginFolder: string = fileURLToPath(new URL('../../../plugins/', import.meta.url));

export interface ForgeSettings {
  /** What the command's flags say, as configuration. */
  readonly flags?: ConfigLayer;
  readonly record?: string;
  /** Where, when it is not where the person is. */
  readonly directory?: string;
  readonly trust?: boolean;
}

/**
 * Opens Forge for one command and stops it afterwards, whatever happens. Mentions runs of this repository whose process
 * ended in the middle.
 */
export async function withForge(
  call: CommandCall,
  work: (forge: Forge) => Promise<CommandEnd>,
  settings: ForgeSettings = {},
): Promise<CommandEnd> {
  const forge = await open(call, settings);
  let end: CommandEnd;
  try {
    end = await work(forge);
    // A server takes its own runs up again.
    if (settings.directory === undefined && !isRemote(forge)) await reportAbandoned(call, forge);
  } catch (error) {
    // What went wrong first is what the person has to know.
    await forge.close().catch(() => {});
    throw error;
  }
  await forge.close();
  return end;
}

/** The Forge that the command line means: that of a server, or the one here. */
async function open(call: CommandCall, settings: ForgeSettings): Promise<Forge> {
  const { world, global } = call;
  const url = global.server ?? world.env['FORGE_SERVER'];
  if (url === undefined || url === '') return openHere(call, settings);
  const { openRemoteForge } = await import('./remote/open-remote-forge.ts');
  return openRemoteForge(call, url, settings);
}

/** Forge in this process. */
export async function openHere(call: CommandCall, settings: ForgeSettings = {}): Promise<Forge> {
  const { openForge } = await import('@forge/core');
  return openForge(forgeOptions(call, settings));
}

/** What the host has to know of this call. */
export function forgeOptions(
  call: CommandCall,
  { flags, record, directory, trust }: ForgeSettings = {},
): Parameters<OpenForge>[0] {
  const { world, global } = call;
  return {
    cwd: directory ?? call.directory,
    env: world.env,
    ...(flags === undefined ? {} : { flags }),
    pluginFolders: [pluginFolder],
    interaction: createInteraction(call),
    log: createStderrLogger(call, wantsTraces(world)),
    trust: trust ?? global.trust,
    safeMode: global.safeMode,
    ...(record === undefined ? {} : { record }),
    forgeVersion: world.version,
    userName: world.userName,
    clock: world.clock,
    ...(world.crashPoint === undefined ? {} : { crashPoint: world.crashPoint }),
    worker: world.worker,
  };
}
