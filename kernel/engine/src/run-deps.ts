import type {
  Agent,
  AgentPlace,
  AgentType,
  AllowRule,
  Clock,
  Deployer,
  EventTransport,
  Executor,
  HumanGate,
  LeaseOwner,
  LLMProvider,
  Logger,
  MemoryStore,
  ModelCapabilities,
  ResolvedConfig,
  RunStore,
  Sandbox,
  Tool,
} from '@forge/plugin-api';
import type { PassCrashPoint } from './crash-points.ts';

/** A provider and one of its models. */
export interface ModelChoice {
  readonly provider: LLMProvider;
  readonly model: string;
  /** The provider's, of that model. */
  readonly capabilities: ModelCapabilities;
}

/** The program that runs one execution, speaking docs/worker-protocol.md. */
export interface WorkerProgram {
  readonly file: string;
  readonly args: readonly string[];
  /** Beside the least environment that any process of a run gets. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * All that runs need, as a plain object: the engine never sees a container, a registry or the process. What is only
 * needed later in a run comes as a function, so that it is loaded while the first model call is under way.
 */
export interface RunDeps {
  readonly config: ResolvedConfig;
  readonly forgeVersion: string;
  readonly clock: Clock;
  random(): number;
  newId(): string;
  readonly log: Logger;
  /** Replaces every known secret in a text. Everything that is stored, shown or sent goes through it. */
  mask(text: string): string;
  /** Absolute path of `.forge` or what FORGE_HOME says. */
  readonly stateDirectory: string;
  /** The host's environment, from which tools get the least. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What `current` means in memories: the same for every clone of one repository. */
  readonly repositoryId: string;
  /** What the person has allowed beforehand, as it is now. */
  allowRules(): readonly AllowRule[];
  /** Of the person who started it: who decides in this process. */
  readonly userName: string;
  /** This process. */
  readonly owner: LeaseOwner;
  /** False when it is known that the owner's process has ended. */
  isAlive(owner: LeaseOwner): boolean;
  /** Does nothing but in tests that end the process there. */
  readonly crashPoint: PassCrashPoint;

  store(): Promise<RunStore>;
  bus(): Promise<EventTransport>;
  memory(): Promise<MemoryStore>;
  executor(): Promise<Executor>;
  /** The sandbox in force, tried on this machine. Rejects with SANDBOX_UNAVAILABLE below the wanted level. */
  sandbox(): Promise<{ readonly sandbox: Sandbox; readonly detail: string }>;
  gates(): Promise<readonly HumanGate[]>;
  /** Those that configuration allows, in a fixed order. */
  tools(): Promise<readonly Tool[]>;
  agent(name: string): Promise<Agent>;
  /** Where it lies, for executors that load it elsewhere; undefined when it is elsewhere already. */
  agentPlace(name: string): Promise<AgentPlace | undefined>;
  /** How the app starts a worker on this machine; undefined when it has none. */
  readonly worker: WorkerProgram | undefined;
  deployer(name: string): Promise<Deployer>;
  /** The model for an agent of that type, then its fallbacks. Rejects with NO_MODEL or LLM_CREDENTIALS. */
  models(agentType: AgentType): Promise<readonly ModelChoice[]>;
}
