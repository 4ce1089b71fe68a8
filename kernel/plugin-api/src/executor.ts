import type { Agent, AgentContext } from './agent.ts';
import type { Json, JsonObject } from './json.ts';

/** One call of one agent, as data. */
export interface ExecutionJob {
  readonly runId: string;
  /** Unique within the run and the same on every resume: `<phase>/<task or round>/<attempt>`. */
  readonly executionId: string;
  /** The agent's registered name. */
  readonly agent: string;
  readonly input: Json;
}

/** Where an agent's plugin lies and what it is started with, as data: for a process that loads it by itself. */
export interface AgentPlace {
  /** Its name within the plugin. */
  readonly agent: string;
  /** The package's name. */
  readonly plugin: string;
  /** Absolute; holds the manifest. Whoever has a file system of their own needs the same plugin there. */
  readonly folder: string;
  /** `default`: comes with the app. `project`: lies in `.forge/plugins`. `configuration`: somebody named it. */
  readonly origin: 'default' | 'project' | 'configuration';
  /** As configuration gives them; the plugin's own schema is yet to be applied. */
  readonly options: JsonObject;
  /**
   * Those environment variables, secrets among them, that the plugin's manifest asks for; nothing of another plugin. An
   * executor in a process of its own gets those of them that its own manifest asks for, too.
   */
  readonly variables: Readonly<Record<string, string>>;
}

/** How the app starts a worker on this machine. */
export interface WorkerCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment. It holds no secret, and a mark by which the kernel finds what is left of the worker. */
  readonly env: Readonly<Record<string, string>>;
}

/** What the kernel offers to whoever carries out an execution. */
export interface ExecutionHost {
  /** Journal, models, tools, memory, questions: whatever the execution needs, wherever it runs. */
  readonly context: AgentContext;
  /**
   * The agent itself, to run it where it is: in the kernel's process, wherever the executor is, or in that of its plugin.
   * Rejects with CONTRIBUTION_NOT_FOUND.
   */
  resolveAgent(name: string): Promise<Agent>;
  /**
   * Where it lies, to run it elsewhere. Undefined for an agent whose plugin has a process of its own already: then
   * `resolveAgent` is all there is to it. Rejects like `resolveAgent`, with TRUST_REQUIRED for code that nobody trusts,
   * and with UNSUPPORTED for an agent that exists in the kernel's process alone.
   */
  locateAgent(name: string): Promise<AgentPlace | undefined>;
  /** A program that runs one execution: see docs/worker-protocol.md. Rejects with UNSUPPORTED when the app has none. */
  workerCommand(): Promise<WorkerCommand>;
}

/** Where an execution runs. It adds nothing to what the agent does; losing it loses only the call in flight. */
export interface Executor {
  readonly name: string;
  /**
   * The agent's output. Rejects with the agent's error or with the context's signal's reason. Rejects with WORKER_LOST
   * (transient) when whatever ran the agent is gone: then no call of the context is under way any more, and the kernel
   * calls again with a new context, which answers from the journal.
   */
  execute(job: ExecutionJob, host: ExecutionHost): Promise<Json>;
  close?(): Promise<void>;
}
