import { join, relative } from 'node:path';
import { type ConfigLayer, type ForgeError, ForgeFaults } from '@forge/plugin-api';
import { knownVariables } from '../config/environment.ts';
import { type Configuration, readConfiguration } from '../config/read-configuration.ts';
import type { Container } from '../container.ts';
import type { ForgeOptions } from '../forge.ts';
import defaults from '../generated/defaults.json' with { type: 'json' };
import { sortFaults } from '../faults/sort-faults.ts';
import { checkManifests } from '../manifests/check.ts';
import { type Discovered, readInstalled } from '../manifests/discover.ts';
import type { PluginRecord } from '../manifests/plugin-record.ts';
import { isSecretOption, type Masker } from '../secrets.ts';
import { maskError } from '../mask-error.ts';
import { realPath } from '../state/places.ts';
import { tasksAtOnce } from '../world/machine.ts';
import { buildHost, buildWorld, givenOptions } from './build-host.ts';
import { checkNames, checkOptions, checkTransforms } from './check-config.ts';
import { leftOutWords, safeMode } from './safe-mode.ts';
import { trustSubjects } from './plugin-trust.ts';
import { tokens } from './tokens.ts';

export interface OpenHost {
  readonly host: Container;
  /** What is wrong; nothing when opening rejects for it. */
  readonly faults: readonly ForgeError[];
  /** Stops plugins in reverse order. Rejects with all faults. Calling again waits for the same. */
  readonly close: () => Promise<void>;
}

/**
 * Reads and checks configuration and manifests, and builds the host from them. Rejects with all faults at once; who wants
 * to see what is there in spite of them gets them with the host.
 */
export async function openHost(
  options: ForgeOptions,
  { despiteFaults = false }: { readonly despiteFaults?: boolean } = {},
): Promise<OpenHost> {
  const world = buildWorld(options);
  try {
    const { configuration, discovered, faults } = await look(world, options);
    if (faults.length > 0 && !despiteFaults) throw faults.length === 1 ? faults[0] : new ForgeFaults(faults);
    if (options.trust === true) await trustAll(world, configuration, discovered);
    const host = buildHost(world, configuration, discovered);
    let closed: Promise<void> | undefined;
    return { host, faults, close: () => (closed ??= close(world)) };
  } catch (error) {
    const masker = world.get(tokens.masker);
    await world.dispose();
    throw maskError(masker, error);
  }
}

/** What the person wants, and what there is. All faults of both. */
async function look(
  world: Container,
  options: ForgeOptions,
): Promise<{
  readonly configuration: Configuration;
  readonly discovered: Discovered;
  readonly faults: readonly ForgeError[];
}> {
  const places = world.get(tokens.places);
  const show = (file: string): string => {
    const shorter = relative(options.cwd, file);
    return shorter.startsWith('..') ? file : shorter;
  };
  const installed = readInstalled({
    pluginFolders: options.pluginFolders,
    projectFolder: join(places.project, '.forge', 'plugins'),
    inline: options.inlinePlugins ?? [],
    deprecations: options.deprecations,
    show,
  });
  const readByPlugins = installed.plugins.flatMap(({ manifest: { permissions } }) => [
    ...permissions.env,
    ...permissions.secrets,
  ]);
  const configuration = await readConfiguration({
    cwd: options.cwd,
    env: options.env,
    places,
    defaults: { concurrency: tasksAtOnce(), ...(options.defaults ?? (defaults as ConfigLayer)) },
    flags: options.flags,
    knownVariables: [...knownVariables, ...readByPlugins],
    trust: world.get(tokens.trust),
    loadCode: world.get(tokens.loadCode),
    show,
  });
  const found = await installed.find(configuration.uses);
  const { discovered, leftOut } = options.safeMode === true ? safeMode(found) : { discovered: found, leftOut: [] };
  if (options.safeMode === true) world.get(tokens.log).warn(leftOutWords(leftOut));
  const { plugins } = discovered;
  registerSecrets(world.get(tokens.masker), options.env, configuration, plugins);
  const checks = await Promise.all([
    checkManifests(plugins),
    checkTransforms(configuration.config, configuration.origins.get('webhooks')),
    checkNames(configuration.origins, { plugins, leftOut }, configuration.faults.length + found.faults.length === 0),
    ...plugins.map((record) => checkOptions(record, givenOptions(record, configuration, discovered))),
  ]);
  const faults = sortFaults([...configuration.faults, ...discovered.faults, ...checks.flat()]);
  return { configuration, discovered, faults };
}

/** Before any of them is used: a plugin that is never loaded may still see its secret pass by. */
function registerSecrets(
  masker: Masker,
  env: ForgeOptions['env'],
  { uses, config }: Configuration,
  plugins: readonly PluginRecord[],
): void {
  for (const { manifest } of plugins) for (const name of manifest.permissions.secrets) masker.register(env[name]);
  for (const { token } of config.server.cloneCredentials) masker.register(env[token.env]);
  for (const { url, headers = {}, secret } of config.webhooks) {
    for (const value of [url, secret, ...Object.values(headers)])
      if (typeof value === 'object') masker.register(env[value.env]);
  }
  for (const { options } of uses) {
    for (const [name, value] of Object.entries(options)) {
      if (typeof value === 'string' && isSecretOption(name)) masker.register(value);
    }
  }
}

/** `--trust` means all that is there now, whichever part of it this command happens to use. */
async function trustAll(world: Container, { uses }: Configuration, { plugins, used }: Discovered): Promise<void> {
  const repository = realPath(world.get(tokens.places).project);
  const subjects = plugins.flatMap((record) => trustSubjects(record, { repository, uses, used }));
  await world.get(tokens.trust).require(subjects);
}

/** The host is a child of the world, so disposing of the world stops both. */
async function close(world: Container): Promise<void> {
  world.get(tokens.stopping).abort(new Error('Forge is closing'));
  await world.dispose();
}
