import { join, relative } from 'node:path';
import type { Manifest } from '@forge/plugin-api';
import { isCode } from '../config/find-config.ts';
import type { ForgeOptions } from '../forge.ts';
import { findPlaces, realPath } from '../state/places.ts';
import { hashCode } from '../trust/content-hash.ts';
import { createTrust, type TrustSubject } from '../trust/trust.ts';
import { createTrustStore } from '../trust/trust-store.ts';
import { createIds, systemRandom } from '../world/randomness.ts';
import { systemClock } from '../world/system-clock.ts';

/** The person has just approved the plugin: nobody asks for it again until its files change. */
export async function trustPlugin(
  forge: ForgeOptions,
  { name }: Manifest,
  { place, files }: { readonly place: string; readonly files: string },
): Promise<void> {
  const folder = realPath(place);
  const inside = relative(realPath(findPlaces(forge.cwd, forge.env).project), folder);
  const shown = inside.startsWith('..') ? folder : inside;
  await trustNow(forge, { name: shown, what: `plugin ${name}`, hash: () => files });
}

/** The person trusted the configuration before this program changed it. Data needs no trust. */
export async function trustConfig(forge: ForgeOptions, configFile: string): Promise<void> {
  if (!isCode(configFile)) return;
  const name = relative(findPlaces(forge.cwd, forge.env).project, configFile);
  await trustNow(forge, { name, what: 'configuration in code', hash: () => hashCode(configFile) });
}

async function trustNow(
  { cwd, env, interaction, clock = systemClock }: ForgeOptions,
  subject: TrustSubject,
): Promise<void> {
  const places = findPlaces(cwd, env);
  const trust = createTrust({
    repository: realPath(places.project),
    store: createTrustStore(join(places.userState, 'trust.json'), createIds(clock, systemRandom)),
    interaction,
    given: true,
    signal: new AbortController().signal,
  });
  await trust.require([subject]);
}
