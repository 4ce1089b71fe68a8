import type { Engine, KnownTallies } from '@forge/engine';
import { automationOf } from './automation.ts';
import type { Container } from './container.ts';
import { doctor } from './doctor.ts';
import type { Forge, OpenForge } from './forge.ts';
import { checkAgents } from './host/check-agents.ts';
import { lockFault } from './host/check-lock.ts';
import { runsInProcess } from './host/in-process.ts';
import { openHost } from './host/open-host.ts';
import { shownOrigins } from './host/origins.ts';
import { trustSubjects } from './host/plugin-trust.ts';
import { memoryOf } from './host/run-deps.ts';
import { tokens } from './host/tokens.ts';
import { usedPlugins } from './host/used-plugins.ts';
import type { PluginRecord } from './manifests/plugin-record.ts';
import { maskError } from './mask-error.ts';
import { realPath } from './state/places.ts';

/**
 * Opens the host: reads the configuration and every manifest, and checks them. No plugin is loaded. Rejects with every
 * fault of configuration and manifests at once, and with TRUST_REQUIRED when the repository's configuration is code
 * that the person has not trusted.
 */
export const openForge: OpenForge = async (options) => {
  const { host, close } = await openHost(options);
  return forgeOf(host, close);
};

function forgeOf(host: Container, close: () => Promise<void>): Forge {
  const configuration = host.get(tokens.configuration);
  const { config, origins, file, uses } = configuration;
  const discovered = host.get(tokens.discovered);
  const { plugins, used } = discovered;
  const registry = host.get(tokens.registry);
  const activation = host.get(tokens.activation);
  const places = host.get(tokens.places);
  const repositoryId = host.get(tokens.repositoryId);
  const masker = host.get(tokens.masker);
  const webhooks = host.get(tokens.webhooks);
  const tallies: KnownTallies = new Map();
  let engine: Promise<Engine> | undefined;
  let closing: Promise<void> | undefined;

  /** It will not load, so nobody has to trust it. */
  const isChanged = (record: PluginRecord): boolean => {
    const inProcess = runsInProcess(record, configuration, discovered);
    return lockFault(record, { configFile: file, project: places.project, inProcess }) !== undefined;
  };
  /** What a run needs may be used. */
  const checkRun = async (): Promise<void> => {
    const { allow } = host.get(tokens.pluginStart);
    for (const record of usedPlugins(config, registry)) await allow(record);
    await checkAgents(configuration, registry);
  };

  const startEngine = async (): Promise<Engine> => {
    // What the run will need is asked for now, not in the middle of it.
    const repository = realPath(places.project);
    const subjects = usedPlugins(config, registry)
      .filter((record) => !isChanged(record))
      .flatMap((record) => trustSubjects(record, { repository, uses, used }));
    await host.get(tokens.trust).require(subjects);
    const { createEngine } = await import('@forge/engine');
    const made = createEngine(host.get(tokens.runDeps));
    webhooks.onSwitchedOff(({ id, disabled }) =>
      made.note('webhook.disabled', { webhookId: id, reason: disabled?.reason ?? '' }),
    );
    return withAgentsChecked(made);
  };
  /** Who looks at a run, decides or discards needs no agents and no tools, and must not fail with them. */
  const withAgentsChecked = (made: Engine): Engine => {
    let checked: Promise<void> | undefined;
    const check = () =>
      (checked ??= checkRun().catch((error: unknown) => {
        throw maskError(masker, error);
      }));
    // Nobody is told of a run that does not begin.
    const ready = () => check().then(() => webhooks.start());
    return Object.freeze({
      ...made,
      start: async (request) => ready().then(() => made.start(request)),
      resume: async (runId, request) => ready().then(() => made.resume(runId, request)),
      fork: async (runId, request) => ready().then(() => made.fork(runId, request)),
    } satisfies Engine);
  };
  return Object.freeze({
    config,
    origins: shownOrigins(origins, masker),
    configFile: file,
    get plugins() {
      return plugins.map((record) => ({
        manifest: record.manifest,
        folder: record.folder,
        origin: record.origin,
        takesPart: registry.takesPart(record),
        active: activation.isActive(record),
      }));
    },
    stateDirectory: places.state,
    repositoryId,
    engine: () => (engine ??= startEngine()),
    store: () => registry.get('store', config.store),
    automation: async () => automationOf(await registry.get('store', config.store), config.automation.level, tallies),
    bus: () => registry.get('bus', config.bus),
    memory: () => memoryOf(registry, config, repositoryId),
    skills: () => host.get(tokens.skills).list(),
    webhooks,
    decisionLinks: host.get(tokens.decisionLinks),
    get: (kind, name) => registry.get(kind, name),
    names: (kind) => registry.names(kind),
    mask: (text) => masker.mask(text),
    probe: (provider) => host.get(tokens.models).probe(provider),
    doctor: () => doctor(host),
    // What is under way needs plugins that still run.
    close: () => (closing ??= webhooks.close().finally(close)),
  } satisfies Forge);
}
