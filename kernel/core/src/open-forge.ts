import { relative } from 'node:path';
import type { Engine } from '@forge/engine';
import { ForgeFaults, faultsOf } from '@forge/plugin-api';
import { readConfiguration, type Configuration } from './config/read-configuration.ts';
import { knownVariables } from './config/environment.ts';
import type { Container } from './container.ts';
import { doctor } from './doctor.ts';
import type { Forge, ForgeOptions, OpenForge } from './forge.ts';
import defaults from './generated/defaults.json' with { type: 'json' };
import { buildHost, buildWorld, givenOptions } from './host/build-host.ts';
import { checkNames, checkOptions } from './host/check-config.ts';
import { shownOrigins } from './host/origins.ts';
import { memoryOf } from './host/run-deps.ts';
import { tokens } from './host/tokens.ts';
import { usedPlugins } from './host/used-plugins.ts';
import { checkManifests } from './manifests/check.ts';
import { discoverPlugins, type Discovered } from './manifests/discover.ts';
import { join } from 'node:path';
import { trustSubjects } from './host/plugin-trust.ts';

/**
 * Opens the host: reads the configuration and every manifest, and checks them. No plugin is loaded. Rejects with every
 * fault of configuration and manifests at once, and with TRUST_REQUIRED when the repository's configuration is code
 * that the person has not trusted.
 */
export const openForge: OpenForge = async (options) => {
  const world = buildWorld(options);
  try {
    const { configuration, discovered } = await look(world, options);
    registerSecrets(world, options, discovered);
    return forgeOf(buildHost(world, configuration, discovered), world);
  } catch (error) {
    await world.dispose();
    throw error;
  }
};

/** What the person wants, and what there is. All faults of both. */
async function look(
  world: Container,
  options: ForgeOptions,
): Promise<{ readonly configuration: Configuration; readonly discovered: Discovered }> {
  const places = world.get(tokens.places);
  const show = (file: string): string => {
    const shorter = relative(options.cwd, file);
    return shorter.startsWith('..') ? file : shorter;
  };
  const discovery = {
    pluginFolders: options.pluginFolders,
    projectFolder: join(places.project, '.forge', 'plugins'),
    inline: options.inlinePlugins ?? [],
    show,
  };
  const configuration = await readConfiguration({
    cwd: options.cwd,
    env: options.env,
    places,
    defaults: options.defaults ?? (defaults as NonNullable<ForgeOptions['defaults']>),
    flags: options.flags,
    knownVariables,
    trust: world.get(tokens.trust),
    loadCode: world.get(tokens.loadCode),
    show,
  });
  const discovered = await discoverPlugins({ ...discovery, uses: configuration.uses });
  const { plugins } = discovered;
  const checks = await Promise.all([
    checkManifests(plugins),
    checkNames(configuration.origins, plugins),
    ...plugins.map((record) => checkOptions(record, givenOptions(record, configuration, discovered))),
  ]);
  const faults = [...configuration.faults, ...discovered.faults, ...checks.flat()];
  if (faults.length > 0) throw faults.length === 1 ? faults[0] : new ForgeFaults(faults);
  return { configuration, discovered };
}

/** Before any of them is used: a plugin that is never loaded may still see its secret pass by. */
function registerSecrets(world: Container, { env }: ForgeOptions, { plugins }: Discovered): void {
  const masker = world.get(tokens.masker);
  for (const { manifest } of plugins) for (const name of manifest.permissions.secrets) masker.register(env[name]);
}

function forgeOf(host: Container, world: Container): Forge {
  const { config, origins, file, uses } = host.get(tokens.configuration);
  const { plugins, used } = host.get(tokens.discovered);
  const registry = host.get(tokens.registry);
  const activation = host.get(tokens.activation);
  const places = host.get(tokens.places);
  const repositoryId = host.get(tokens.repositoryId);
  let engine: Promise<Engine> | undefined;
  let closed: Promise<void> | undefined;

  const startEngine = async (): Promise<Engine> => {
    // What the run will need is asked for now, not in the middle of it.
    const repository = places.project;
    const subjects = usedPlugins(config, registry).flatMap((record) =>
      trustSubjects(record, { repository, uses, used }),
    );
    await host.get(tokens.trust).require(subjects);
    const { createEngine } = await import('@forge/engine');
    return createEngine(host.get(tokens.runDeps));
  };
  return Object.freeze({
    config,
    origins: shownOrigins(origins, host.get(tokens.masker)),
    configFile: file,
    get plugins() {
      return plugins.map((record) => ({
        manifest: record.manifest,
        folder: record.folder,
        origin: record.origin,
        active: activation.isActive(record),
      }));
    },
    stateDirectory: places.state,
    repositoryId,
    engine: () => (engine ??= startEngine()),
    store: () => registry.get('store', config.store),
    bus: () => registry.get('bus', config.bus),
    memory: () => memoryOf(registry, config, repositoryId),
    get: (kind, name) => registry.get(kind, name),
    names: (kind) => registry.names(kind),
    probe: (provider) => host.get(tokens.models).probe(provider),
    doctor: () => doctor(host),
    close: () => {
      closed ??= close(host, world);
      return closed;
    },
  } satisfies Forge);
}

async function close(host: Container, world: Container): Promise<void> {
  host.get(tokens.stopping).abort(new Error('Forge is closing'));
  const errors: unknown[] = [];
  for (const container of [host, world]) await container.dispose().catch((error: unknown) => errors.push(error));
  if (errors.length > 0) throw new ForgeFaults(errors.flatMap(faultsOf));
}
