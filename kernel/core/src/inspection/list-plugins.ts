import { dirname } from 'node:path';
import type { ForgeError, Manifest, ResolvedConfig } from '@forge/plugin-api';
import type { Container } from '../container.ts';
import type { ForgeOptions } from '../forge.ts';
import { openHost } from '../host/open-host.ts';
import { trustSubjects } from '../host/plugin-trust.ts';
import { tokens } from '../host/tokens.ts';
import { type PluginLock, readPluginLock } from '../installation/plugin-lock.ts';
import type { PluginOrigin, PluginRecord } from '../manifests/plugin-record.ts';
import { realPath } from '../state/places.ts';
import { type PluginParts, partsOf } from './plugin-parts.ts';
import { type PluginState, stateOf } from './plugin-state.ts';

export interface ListedPlugin extends Partial<PluginParts> {
  readonly name: string;
  readonly state: PluginState;
  /** Undefined when it is missing or broken. */
  readonly manifest?: Manifest;
  /** Absolute. */
  readonly folder?: string;
  readonly origin?: PluginOrigin;
  readonly locked: PluginLock[string] | undefined;
  /** Its tools and skills are there for agents. */
  readonly takesPart?: boolean;
}

export interface PluginListing {
  readonly plugins: readonly ListedPlugin[];
  readonly config: ResolvedConfig;
  /** What is wrong with configuration and manifests. */
  readonly faults: readonly ForgeError[];
}

/** Every plugin that is there, named or approved, whatever is wrong with it. No code of any plugin runs. */
export async function listPlugins(forge: ForgeOptions): Promise<PluginListing> {
  const { host, faults, close } = await openHost(forge, { despiteFaults: true });
  try {
    return { plugins: await listIn(host, faults), config: host.get(tokens.configuration).config, faults };
  } finally {
    await close();
  }
}

/** Sorted by name. */
export async function listIn(host: Container, faults: readonly ForgeError[]): Promise<ListedPlugin[]> {
  const { uses, file } = host.get(tokens.configuration);
  const { plugins, disabled, used } = host.get(tokens.discovered);
  const { project } = host.get(tokens.places);
  const lock = readPluginLock(file === undefined ? project : dirname(file)) ?? {};
  const registry = host.get(tokens.registry);
  const all = [...plugins, ...disabled].map(async (record): Promise<ListedPlugin> => {
    const { manifest, folder, origin } = record;
    const locked = lock[manifest.name];
    const isDisabled = disabled.includes(record);
    const state = stateOf(record, { locked, isDisabled, isTrusted: isTrusted(host, record) });
    const takesPart = !isDisabled && registry.takesPart(record);
    return { name: manifest.name, state, manifest, folder, origin, locked, takesPart, ...(await partsOf(record)) };
  });
  const listed = await Promise.all(all);
  const known = new Set(listed.map(({ name }) => name));
  const isBroken = (name: string): boolean =>
    faults.some(({ code, details }) => code === 'MANIFEST_INVALID' && details.plugin === name);
  const unfound = uses.filter((use) => !used.has(use)).map(({ use }) => use);
  const gone = [...new Set([...unfound, ...Object.keys(lock)])].filter((name) => !known.has(name));
  return [
    ...listed,
    ...gone.map((name) => ({
      name,
      state: isBroken(name) ? ('broken' as const) : ('missing' as const),
      locked: lock[name],
    })),
  ].sort((left, right) => left.name.localeCompare(right.name));
}

function isTrusted(host: Container, record: PluginRecord): boolean {
  const { uses } = host.get(tokens.configuration);
  const { used } = host.get(tokens.discovered);
  const trust = host.get(tokens.trust);
  const repository = realPath(host.get(tokens.places).project);
  return trustSubjects(record, { repository, uses, used }).every((subject) => trust.knows(subject));
}
