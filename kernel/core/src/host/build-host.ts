import { createMcpServers, pluginDataFolder } from '../agent-plugins/create-mcp-servers.ts';
import { createAllowRules } from '../allow/allow-rules.ts';
import { type Container, createContainer } from '../container.ts';
import type { ForgeOptions } from '../forge.ts';
import type { PluginRecord } from '../manifests/plugin-record.ts';
import { type ActivationOptions, createActivation } from '../plugins/activation.ts';
import { pluginLimits } from '../plugins/limits.ts';
import { createCodeLoader } from '../plugins/load-module.ts';
import type { GivenOptions } from '../plugins/plugin-options.ts';
import { createRegistry } from '../plugins/registry.ts';
import { mergeOptions } from '../config/merge-layers.ts';
import type { Configuration } from '../config/read-configuration.ts';
import { createMasker, isSecretName, maskedLogger } from '../secrets.ts';
import { createSkills } from '../skills/create-skills.ts';
import { findPlaces, realPath } from '../state/places.ts';
import { ensureStateDirectory } from '../state/state-directory.ts';
import { repositoryId } from '../state/repository-id.ts';
import { createTrust } from '../trust/trust.ts';
import { createTrustStore } from '../trust/trust-store.ts';
import { createIds, systemRandom } from '../world/randomness.ts';
import { systemClock } from '../world/system-clock.ts';
import { thisProcess } from '../world/this-process.ts';
import { join } from 'node:path';
import { agentPlace } from './agent-place.ts';
import { lockFault } from './check-lock.ts';
import { runsInProcess } from './in-process.ts';
import { createModels } from './choose-models.ts';
import { choosePluginSandbox, chooseSandbox, sandboxOptions } from './choose-sandbox.ts';
import { trustSubjects } from './plugin-trust.ts';
import { createRunDeps } from './run-deps.ts';
import { configuredTargets, createDecisionLinks, createWebhookKeys, createWebhooks } from '../webhooks/index.ts';
import { isAskedFor, takesPart } from './takes-part.ts';
import { tokens } from './tokens.ts';
import { readTrustedFile } from '../trust/read-trusted-file.ts';
import type { Discovered } from '../manifests/discover.ts';

/** The least that is needed to read the configuration: nothing of it depends on a plugin. */
export function buildWorld(options: ForgeOptions): Container {
  const world = createContainer('world');
  world.value(tokens.options, options);
  world.value(tokens.clock, options.clock ?? systemClock);
  world.value(tokens.stopping, new AbortController());
  world.factory(tokens.places, [tokens.options], ({ cwd, env }) => findPlaces(cwd, env));
  world.factory(tokens.newId, [tokens.clock], (clock) => createIds(clock, systemRandom));
  world.factory(tokens.owner, [tokens.newId], thisProcess);
  world.factory(tokens.masker, [tokens.options], ({ env }) => {
    const masker = createMasker();
    for (const [name, value] of Object.entries(env)) if (isSecretName(name)) masker.register(value);
    return masker;
  });
  world.factory(tokens.log, [tokens.options, tokens.masker], ({ log }, masker) => maskedLogger(log, masker));
  world.factory(tokens.loadCode, [tokens.places], ({ userCache }) =>
    createCodeLoader({ cacheFolder: join(userCache, 'code') }),
  );
  world.factory(
    tokens.trust,
    [tokens.options, tokens.places, tokens.newId, tokens.stopping],
    ({ interaction, trust }, places, newId, { signal }) =>
      createTrust({
        repository: realPath(places.project),
        store: createTrustStore(join(places.userState, 'trust.json'), newId),
        interaction,
        given: trust === true,
        signal,
      }),
  );
  return world;
}

/** The host, once it is known what there is and what is wanted. Nothing of it is made before it is asked for. */
export function buildHost(world: Container, configuration: Configuration, discovered: Discovered): Container {
  const host = world.child('host');
  host.value(tokens.configuration, configuration);
  host.value(tokens.discovered, discovered);
  host.factory(tokens.repositoryId, [tokens.places], ({ project }) => repositoryId(project));
  host.factory(
    tokens.pluginWorld,
    [
      tokens.options,
      tokens.places,
      tokens.clock,
      tokens.newId,
      tokens.masker,
      tokens.stopping,
      tokens.trust,
      tokens.skills,
      tokens.mcpServers,
    ],
    ({ env, interaction, log, deprecations }, places, clock, newId, masker, { signal }, trust, skills, mcpServers) => {
      let made: Promise<string> | undefined;
      const stateDirectory = () => (made ??= ensureStateDirectory(places.state));
      const readTrusted = async (path: string, plugin: string) => {
        const record = discovered.plugins.find(({ manifest }) => manifest.name === plugin);
        if (record !== undefined && !isAskedFor(record, discovered, configuration.config)) return undefined;
        return readTrustedFile(realPath(places.project), path, plugin, trust);
      };
      const around = { env, interaction, log, clock, newId, masker, signal, random: systemRandom };
      return { ...around, stateDirectory, readTrusted, skills, mcpServers, deprecations };
    },
  );
  host.factory(
    tokens.skills,
    [tokens.places, tokens.trust, tokens.discovered, tokens.pluginStart],
    ({ project }, trust, found, { allow }) => {
      const plugins = found.plugins.filter((record) => takesPart(record, found));
      return createSkills({ repository: realPath(project), trust, plugins, allow });
    },
  );
  host.factory(tokens.mcpServers, [tokens.places, tokens.pluginStart], ({ state }, { allow }) =>
    createMcpServers({
      plugins: discovered.plugins,
      allow,
      dataFolder: async (record) => pluginDataFolder(await ensureStateDirectory(state), record),
    }),
  );
  host.factory(tokens.pluginStart, [tokens.trust, tokens.places], (trust, { project }) => ({
    optionsOf: (record) => givenOptions(record, configuration, discovered),
    allow: async (record) => {
      const { uses, file } = configuration;
      const { used } = discovered;
      const inProcess = runsInProcess(record, configuration, discovered);
      const fault = lockFault(record, { configFile: file, project, inProcess });
      if (fault !== undefined) throw fault;
      await trust.require(trustSubjects(record, { repository: realPath(project), uses, used }));
    },
    // What has no code to load needs no process.
    isIsolated: (record) => record.definition === undefined && !runsInProcess(record, configuration, discovered),
  }));
  host.factory(
    tokens.activation,
    [tokens.options, tokens.pluginWorld, tokens.loadCode, tokens.pluginStart, tokens.owner, tokens.places],
    (options, world, loadCode, start, owner, { project }) => {
      const limits = { ...pluginLimits, ...options.limits };
      const isolation = { world, owner, project, limits, sandbox: () => host.get(tokens.pluginSandbox)() };
      const startIsolated: ActivationOptions['startIsolated'] = async (...plugin) => {
        const isolated = await import('../isolation/isolated-plugin.ts');
        const [record, given, signal] = plugin;
        return isolated.startIsolated(record, given, isolation, signal);
      };
      return createActivation({ world, limits, loadCode, startIsolated, ...start });
    },
    (activation) => activation.stop(),
  );
  host.factory(tokens.registry, [tokens.discovered, tokens.activation], ({ plugins }, activation) =>
    createRegistry(plugins, activation, (record) => takesPart(record, discovered)),
  );
  host.factory(
    tokens.models,
    [tokens.configuration, tokens.options, tokens.registry, tokens.clock, tokens.masker, tokens.stopping],
    ({ config }, { env, record }, registry, clock, masker, { signal }) =>
      createModels({ config, env, record, registry, clock, masker, signal }),
  );
  host.factory(
    tokens.sandbox,
    [tokens.configuration, tokens.registry, tokens.clock, tokens.places, tokens.stopping],
    (...deps) => {
      let chosen: ReturnType<typeof chooseSandbox> | undefined;
      return () => (chosen ??= chooseSandbox(sandboxOptions(...deps)));
    },
  );
  host.factory(
    tokens.pluginSandbox,
    [tokens.configuration, tokens.registry, tokens.clock, tokens.places, tokens.stopping],
    (...deps) => {
      let chosen: ReturnType<typeof chooseSandbox> | undefined;
      return () => (chosen ??= choosePluginSandbox(host.get(tokens.sandbox), sandboxOptions(...deps)));
    },
  );
  host.factory(tokens.webhookKeys, [tokens.pluginWorld], ({ stateDirectory }) => createWebhookKeys(stateDirectory));
  host.factory(
    tokens.decisionLinks,
    [tokens.configuration, tokens.webhookKeys, tokens.clock, tokens.places],
    ({ config: { server } }, keys, clock, { project }) =>
      createDecisionLinks(server.publicUrl, { keys, clock, repository: project }),
  );
  host.factory(
    tokens.webhooks,
    [
      tokens.configuration,
      tokens.options,
      tokens.registry,
      tokens.places,
      tokens.clock,
      tokens.log,
      tokens.masker,
      tokens.newId,
      tokens.webhookKeys,
      tokens.decisionLinks,
    ],
    ({ config, origins }, { env }, registry, places, clock, log, masker, newId, keys, decisionLinks) =>
      createWebhooks({
        configured: configuredTargets(config, origins.get('webhooks'), env),
        defaultSender: config.webhookSender,
        privateHosts: config.server.privateWebhookHosts,
        repository: places.project,
        cacheFolder: join(places.userCache, 'code'),
        store: () => registry.get('store', config.store),
        sender: (name) => registry.get('webhook', name),
        listen: async (listener) => (await registry.get('bus', config.bus)).subscribe('*', listener),
        decideUrl: (request) => decisionLinks.urlFor(request),
        keys,
        clock,
        log,
        newId,
        random: systemRandom,
        mask: (text) => masker.mask(text),
      }),
  );
  host.factory(
    tokens.runDeps,
    [
      tokens.options,
      tokens.configuration,
      tokens.registry,
      tokens.models,
      tokens.sandbox,
      tokens.repositoryId,
      tokens.owner,
      tokens.masker,
      tokens.places,
      tokens.log,
      tokens.clock,
      tokens.newId,
      tokens.pluginStart,
    ],
    (options, { config }, registry, models, sandbox, id, owner, masker, places, log, clock, newId, start) => {
      const { env, forgeVersion, crashPoint, worker, userName = 'person' } = options;
      return createRunDeps({
        env,
        forgeVersion,
        config,
        registry,
        models,
        sandbox,
        repositoryId: id,
        userName,
        allowRules: createAllowRules(places.userState, { clock, newId }),
        owner,
        masker,
        stateDirectory: places.state,
        log,
        clock,
        newId,
        random: systemRandom,
        crashPoint,
        worker,
        agentPlace: (name) => agentPlace(name, { registry, env, ...start }),
      });
    },
  );
  return host;
}

/** Options for a plugin from all layers that name it, the strongest last. */
export function givenOptions(record: PluginRecord, { uses }: Configuration, { used }: Discovered): GivenOptions {
  const own = uses.filter((use) => used.get(use) === record);
  const last = own.findLast(({ options }) => Object.keys(options).length > 0) ?? own.at(-1);
  return {
    value: own.reduce<Readonly<Record<string, unknown>>>((all, { options }) => mergeOptions(all, options), {}),
    ...(last === undefined ? {} : { written: last.written }),
  };
}
