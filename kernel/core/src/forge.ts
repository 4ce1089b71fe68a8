import type { AutomationState, Engine, PassCrashPoint, WorkerProgram } from '@forge/engine';
import type {
  Clock,
  ConfigLayer,
  Deprecation,
  Interaction,
  Kind,
  Logger,
  Manifest,
  MemoryStore,
  ProbeResult,
  ResolvedConfig,
  RunStore,
  Seams,
  SkillList,
  EventTransport,
} from '@forge/plugin-api';
import type { InlinePlugin } from './manifests/discover.ts';
import type { PluginLimits } from './plugins/limits.ts';
import type { DecisionLinks, Webhooks } from './webhooks/index.ts';

export interface ForgeOptions {
  /** Absolute. Configuration and repository are looked for from here upwards. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The strongest layer: what the command line said. */
  readonly flags?: ConfigLayer;
  /** Folders that hold the default plugins, one manifest a folder at any depth of two. */
  readonly pluginFolders: readonly string[];
  readonly interaction: Interaction;
  readonly log: Logger;
  /** The person said `--trust`: code from this repository (configuration, plugins) may run, now and later. */
  readonly trust?: boolean;
  /** Leave out every plugin that does not come with the app, whatever is wrong with it. */
  readonly safeMode?: boolean;
  /** `forge run --record <file>`: every reply of the model in use is also written there. */
  readonly record?: string;
  readonly forgeVersion: string;
  /** Of the person who started the process, for "decided by". Default: `person`. */
  readonly userName?: string;
  /** How this app starts a worker, for executors that run agents elsewhere. Default: it has none. */
  readonly worker?: WorkerProgram;
  readonly clock?: Clock;
  /** Plugins that the app brings along as objects; they count as default ones. */
  readonly inlinePlugins?: readonly InlinePlugin[];
  /** Instead of the defaults that Forge comes with: all that has no other value must be in it. */
  readonly defaults?: ConfigLayer;
  /** Milliseconds that a plugin may take to load, start and stop. */
  readonly limits?: Partial<PluginLimits>;
  /** For tests. Default: those of the plugin API. */
  readonly deprecations?: readonly Deprecation[];
  /** For tests that end the process at the places that the engine names. Default: nothing happens there. */
  readonly crashPoint?: PassCrashPoint;
}

/** Where a value of the configuration comes from. */
export interface ConfigOrigin {
  /** Such as `safety.budgetUsd`. */
  readonly path: string;
  readonly value: unknown;
  /** `default`, a file's path, `FORGE_…`, or `command line`. */
  readonly source: string;
}

export interface PluginReport {
  readonly manifest: Manifest;
  /** Absolute folder. */
  readonly folder: string;
  readonly origin: 'default' | 'project' | 'configuration';
  /** Its tools and skills are there for agents; an opt-in plugin waits to be named, or needed. */
  readonly takesPart: boolean;
  /** Loaded because configuration uses it. */
  readonly active: boolean;
}

export interface Check {
  readonly name: string;
  readonly ok: boolean;
  /** What was found. */
  readonly detail: string;
  /** What to do when it is not ok. */
  readonly fix?: string;
}

/** The host, as the apps see it. Opening reads configuration and manifests; nothing else is loaded before it is used. */
export interface Forge {
  readonly config: ResolvedConfig;
  readonly origins: readonly ConfigOrigin[];
  readonly configFile: string | undefined;
  readonly plugins: readonly PluginReport[];
  /** Absolute; exists once something is stored. */
  readonly stateDirectory: string;
  engine(): Promise<Engine>;
  store(): Promise<RunStore>;
  bus(): Promise<EventTransport>;
  memory(): Promise<MemoryStore>;
  /** The Agent Skills that agents may use here, and why others are left out. Asks for trust where that is missing. */
  skills(): Promise<SkillList>;
  /** Runs that this host starts deliver what happens; a server says `start` once. */
  readonly webhooks: Webhooks;
  /** Where a person decides in a browser. */
  readonly decisionLinks: DecisionLinks;
  /** Id of the repository in memories. */
  readonly repositoryId: string;
  /**
   * A contribution by name, or by `plugin/name`: loaded when it is the first of its plugin, and guarded. Rejects with
   * CONTRIBUTION_NOT_FOUND, and with what keeps the plugin from starting.
   */
  get<K extends Kind>(kind: K, name: string): Promise<Seams[K]>;
  /** Replaces every known secret in a text. */
  mask(text: string): string;
  /** Every registered name of a kind with its plugin, from manifests alone. */
  names(kind: Kind): readonly { readonly name: string; readonly plugin: string }[];
  /** How much is left to runs here, and how much their record speaks for. Raises nothing. */
  automation(): Promise<AutomationState>;
  /** Tries a model provider: key there, server answers. */
  probe(provider: string): Promise<ProbeResult>;
  /** Everything that a run needs, looked at one by one: git, state folder, sandbox, model, plugins. */
  doctor(): Promise<readonly Check[]>;
  /** Stops plugins in reverse order. Rejects with all faults gathered. */
  close(): Promise<void>;
}

export type OpenForge = (options: ForgeOptions) => Promise<Forge>;
