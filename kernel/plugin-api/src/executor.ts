import type { Agent, AgentContext } from './agent.ts';
import type { Json } from './json.ts';

/** One call of one agent, as data. */
export interface ExecutionJob {
  readonly runId: string;
  /** Unique within the run and the same on every resume: `<phase>/<task or round>/<attempt>`. */
  readonly executionId: string;
  /** The agent's registered name. */
  readonly agent: string;
  readonly input: Json;
}

export interface ExecutionHost {
  /** Journal, models, tools, memory, questions: whatever the execution needs, wherever it runs. */
  readonly context: AgentContext;
  resolveAgent(name: string): Promise<Agent>;
}

/** Where an execution runs. It adds nothing to what the agent does; losing it loses only the call in flight. */
export interface Executor {
  readonly name: string;
  /** The agent's output. Rejects with the agent's error or with the context's signal's reason. */
  execute(job: ExecutionJob, host: ExecutionHost): Promise<Json>;
  close?(): Promise<void>;
}
