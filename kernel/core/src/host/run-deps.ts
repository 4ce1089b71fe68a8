import type { PassCrashPoint, RunDeps, WorkerProgram } from '@forge/engine';
import {
  type AgentPlace,
  type Clock,
  type LeaseOwner,
  type Logger,
  type MemoryStore,
  forgeError,
  type ResolvedConfig,
} from '@forge/plugin-api';
import type { AllowRules } from '../allow/allow-rules.ts';
import type { Registry } from '../plugins/registry.ts';
import type { Masker } from '../secrets.ts';
import { isAlive } from '../world/this-process.ts';
import type { Models } from './choose-models.ts';
import type { ChosenSandbox } from './choose-sandbox.ts';

export interface RunDepsOptions {
  readonly config: ResolvedConfig;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly forgeVersion: string;
  readonly registry: Registry;
  readonly models: Models;
  readonly sandbox: () => Promise<ChosenSandbox>;
  readonly repositoryId: string;
  readonly userName: string;
  readonly allowRules: AllowRules;
  readonly owner: LeaseOwner;
  readonly masker: Masker;
  readonly stateDirectory: string;
  readonly worker: WorkerProgram | undefined;
  agentPlace(name: string): Promise<AgentPlace | undefined>;
  readonly log: Logger;
  readonly clock: Clock;
  newId(): string;
  random(): number;
  readonly crashPoint?: PassCrashPoint | undefined;
}

/** The plain object that the engine gets: names from the configuration, answered by the registry when asked for. */
export function createRunDeps(options: RunDepsOptions): RunDeps {
  const { config, registry, masker, owner, models } = options;
  return Object.freeze({
    config,
    forgeVersion: options.forgeVersion,
    clock: options.clock,
    random: () => options.random(),
    newId: () => options.newId(),
    log: options.log,
    mask: (text: string) => masker.mask(text),
    stateDirectory: options.stateDirectory,
    env: options.env,
    repositoryId: options.repositoryId,
    userName: options.userName,
    allowRules: () => options.allowRules.list(),
    owner,
    isAlive: (other: LeaseOwner) => isAlive(other, owner),
    crashPoint: options.crashPoint ?? (() => undefined),
    store: () => registry.get('store', config.store),
    bus: () => registry.get('bus', config.bus),
    memory: () => memoryOf(registry, config, options.repositoryId),
    executor: () => registry.get('executor', config.executor),
    sandbox: options.sandbox,
    gates: () => Promise.all(config.gates.map((name) => registry.get('gate', name))),
    tools: async () => {
      const all = await Promise.all(allowedTools(config, registry).map((name) => registry.get('tool', name)));
      return all.filter(({ offered }) => offered !== false);
    },
    agent: (name: string) => registry.get('agent', name),
    agentPlace: (name: string) => options.agentPlace(name),
    worker: options.worker,
    deployer: (name: string) => registry.get('deployer', name),
    models: (type: Parameters<RunDeps['models']>[0]) => models.forAgent(type),
  });
}

/** `deny` wins over `allow`. In the order of names, so that the first words that a model reads stay the same. */
export function allowedTools(config: ResolvedConfig, registry: Registry): string[] {
  const { tools } = config;
  const all = registry
    .names('tool')
    .map(({ name }) => name)
    .filter((name) => registry.takesPart(registry.owner('tool', name)));
  const chosen = new Set(tools.allow.includes('*') ? all : []);
  for (const wanted of tools.allow) if (wanted !== '*') chosen.add(shortName(wanted, registry));
  const denied = new Set(tools.deny.map((name) => (name === '*' ? name : shortName(name, registry))));
  return [...chosen].filter((name) => !denied.has(name) && !denied.has('*')).sort();
}

/** A tool's own name for `plugin/name`. Throws CONTRIBUTION_NOT_FOUND. */
function shortName(wanted: string, registry: Registry): string {
  registry.owner('tool', wanted);
  return wanted.slice(wanted.lastIndexOf('/') + 1);
}

/** The memory of the configuration, for which `current` is this repository. */
export async function memoryOf(registry: Registry, config: ResolvedConfig, repositoryId: string): Promise<MemoryStore> {
  const memory = await registry.get('memory', config.memory);
  return Object.freeze({
    ...memory,
    recall: (query: Parameters<MemoryStore['recall']>[0]) => {
      if (typeof query !== 'object' || query === null)
        throw forgeError('INPUT_INVALID', 'A memory is recalled by a query');
      return memory.recall({ ...query, repoId: query.repoId ?? repositoryId });
    },
  });
}
