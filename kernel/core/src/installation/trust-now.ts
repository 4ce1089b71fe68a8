import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Manifest } from '@forge/plugin-api';
import { isCode } from '../config/find-config.ts';
import type { ForgeOptions } from '../forge.ts';
import { inProcessSubject } from '../host/plugin-trust.ts';
import { findPlaces, realPath } from '../state/places.ts';
import { hashCode, hashFolder } from '../trust/content-hash.ts';
import { createTrust, type Trust, type TrustSubject } from '../trust/trust.ts';
import { createTrustStore } from '../trust/trust-store.ts';
import { createIds, systemRandom } from '../world/randomness.ts';
import { systemClock } from '../world/system-clock.ts';

/**
 * The person has just approved the plugin: nobody asks for it again until its files change.
 *
 * @param inProcess they said themselves that it may run in Forge's own process
 */
export async function trustPlugin(
  forge: ForgeOptions,
  { name }: Manifest,
  { place, files }: { readonly place: string; readonly files: string },
  inProcess: boolean,
): Promise<void> {
  const plugin = { ...pluginSubject(forge, name, place), hash: () => files };
  await trustNow(forge, plugin, ...(inProcess ? [inProcessSubject(plugin.name, plugin.hash)] : []));
}

/** What a person said of something holds on while this program changes it, and when that is undone. */
export interface KeptTrust {
  /** It is trusted as it is now, if it was trusted as it was when this began. */
  carryOver(): Promise<void>;
}

export function keepConfigTrust(forge: ForgeOptions, configFile: string): KeptTrust {
  const name = relative(findPlaces(forge.cwd, forge.env).project, configFile);
  const subject = { name, what: 'configuration', hash: () => hashCode(configFile) };
  // One in code has been loaded, so it is trusted. Data may never have needed it.
  return keepTrust(forge, subject, existsSync(configFile) && (isCode(configFile) || trustOf(forge).knows(subject)));
}

export function keepPluginTrust(forge: ForgeOptions, { name }: Manifest, place: string): KeptTrust {
  const subject = pluginSubject(forge, name, place);
  return keepTrust(forge, subject, existsSync(place) && trustOf(forge).knows(subject));
}

function keepTrust(forge: ForgeOptions, subject: TrustSubject, wasTrusted: boolean): KeptTrust {
  return { carryOver: async () => void (wasTrusted && (await trustNow(forge, subject))) };
}

function pluginSubject(forge: ForgeOptions, name: string, place: string): TrustSubject {
  const folder = realPath(place);
  const inside = relative(realPath(findPlaces(forge.cwd, forge.env).project), folder);
  return {
    name: inside.startsWith('..') ? folder : inside,
    what: `plugin ${name}`,
    hash: () => hashFolder(realPath(place)),
  };
}

async function trustNow(forge: ForgeOptions, ...subjects: readonly TrustSubject[]): Promise<void> {
  await trustOf(forge).require(subjects);
}

/** What is asked for is said yes to. */
function trustOf({ cwd, env, interaction, clock = systemClock }: ForgeOptions): Trust {
  const places = findPlaces(cwd, env);
  return createTrust({
    repository: realPath(places.project),
    store: createTrustStore(join(places.userState, 'trust.json'), createIds(clock, systemRandom)),
    interaction,
    given: true,
    signal: new AbortController().signal,
  });
}
