import type { Agent, AgentContext, ExecutionHost, ExecutionJob, Executor, Json } from '@forge/plugin-api';
import type { AgentHost } from './hosted-agents.ts';

/** What the host of an executor gives when it is called from elsewhere. */
export interface LentHost extends Omit<AgentHost, 'resolveAgent'> {
  /** The agent, which stays where it is. */
  resolveAgent(name: string): Promise<Pick<Agent, 'id' | 'type' | 'description'>>;
}

/** The host as it is lent: an agent is named, and run here when the executor says so. */
export function lentHost(host: AgentHost): LentHost {
  return {
    locateAgent: (name) => host.locateAgent(name),
    workerCommand: () => host.workerCommand(),
    async resolveAgent(name) {
      const { id, type, description } = await host.resolveAgent(name);
      return { id, type, ...(description === undefined ? {} : { description }) };
    },
  };
}

/**
 * An executor as what a line for executions runs: its work is an agent's, done with that agent's context.
 *
 * @param runAgent runs an agent of Forge, with a context of this process
 */
export function executorAsAgent(
  executor: Executor,
  agent: string,
  host: LentHost,
  runAgent: (job: ExecutionJob, context: AgentContext) => Promise<Json>,
): Agent {
  const resolveAgent: ExecutionHost['resolveAgent'] = async (name) => {
    const found = await host.resolveAgent(name);
    return {
      ...found,
      execute: (input: Json, context: AgentContext) => {
        const { runId, executionId } = context;
        return runAgent({ runId, executionId, agent: name, input }, context);
      },
    } as unknown as Agent;
  };
  const execute = (input: Json, context: AgentContext): Promise<Json> => {
    const { runId, executionId } = context;
    const { locateAgent, workerCommand } = host;
    return executor.execute(
      { runId, executionId, agent, input },
      { context, resolveAgent, locateAgent, workerCommand },
    );
  };
  return { id: agent, execute } as unknown as Agent;
}
