import assert from 'node:assert/strict';
import {
  type Agent,
  type ExecutionHost,
  type ExecutionJob,
  type Executor,
  forgeError,
  isForgeError,
  type Json,
} from '@forge/plugin-api';
import { createAgentContext } from '../fakes/agent-context.ts';
import { say } from '../model-server/reply.ts';
import type { ContractCase, ContractOptions } from './contract-case.ts';
import { registerContract } from './register-contract.ts';
import { refusal, rejection } from './rejection.ts';

export interface ExecutorSubject {
  /** Resolves agents by name among `contractAgents`, wherever it runs them. */
  readonly executor: Executor;
}

type Behaviour = (input: unknown, ctx: Parameters<Agent['execute']>[1]) => Promise<unknown>;

const behaviours: Readonly<Record<string, Behaviour>> = {
  echo: async (input, { runId, executionId }) => ({ input, runId, executionId }),
  'asks the model': async (_, { llm }) => {
    const messages = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'Hello' }] }];
    const { content } = await llm.chat({ system: '', messages });
    return content as unknown;
  },
  'calls a tool': async (_, { tools }) => tools.call('fs_read', { path: 'a.ts' }),
  fails: async () => {
    throw forgeError('PLAN_INVALID', 'The plan has a circle', { fix: 'cut it', data: { tasks: ['a', 'b'] } });
  },
  'throws something': async () => {
    throw new TypeError('x is not a function');
  },
  'never ends': () => new Promise(() => {}),
};

/** Agents for trying executors. One that runs somewhere else resolves them there, by name. */
export const contractAgents: Readonly<Record<string, Agent>> = Object.fromEntries(
  Object.entries(behaviours).map(([id, execute]) => [
    id,
    { id, type: 'planner', execute: execute as Agent['execute'] },
  ]),
);

const job = (agent: string, input: Json = { task: 'limit' }, executionId = 'planning/1'): ExecutionJob => ({
  runId: 'run',
  executionId,
  agent,
  input,
});

function host(options: Parameters<typeof createAgentContext>[0] = {}): ExecutionHost {
  return {
    context: createAgentContext(options),
    async resolveAgent(name) {
      const agent = contractAgents[name];
      if (agent === undefined) throw forgeError('CONTRIBUTION_NOT_FOUND', `There is no agent "${name}"`);
      return agent;
    },
  };
}

export const executorCases: readonly ContractCase<ExecutorSubject>[] = [
  {
    name: 'gives what the agent gives for the input and its context',
    async run({ executor }) {
      const input = { task: 'limit', list: [1, null, 'NUL \0'] };
      const output = await executor.execute(job('echo', input), host());
      assert.deepEqual(output, { input, runId: 'run', executionId: 'planning/1' });
    },
  },
  {
    name: 'what the agent asks of its context is answered by the host',
    async run({ executor }) {
      const model = await executor.execute(job('asks the model'), host({ replies: [say('Hi.')] }));
      assert.deepEqual(model, [{ type: 'text', text: 'Hi.' }]);
      const callTool = async (name: string) => ({ ok: true, text: `result of ${name}` });
      const tool = await executor.execute(job('calls a tool'), host({ callTool }));
      assert.deepEqual(tool, { ok: true, text: 'result of fs_read' });
    },
  },
  {
    name: 'what the host refuses reaches the caller with its code',
    async run({ executor }) {
      await refusal(executor.execute(job('asks the model'), host({ replies: [] })), 'LLM_BAD_REQUEST');
    },
  },
  {
    name: "the agent's error arrives with code, message and details",
    async run({ executor }) {
      const error = await refusal(executor.execute(job('fails'), host()), 'PLAN_INVALID');
      assert.equal(error.message, 'The plan has a circle');
      assert.deepEqual([error.details.fix, error.details.data], ['cut it', { tasks: ['a', 'b'] }]);
    },
  },
  {
    name: 'an error that is not of Forge keeps its words',
    async run({ executor }) {
      const error = await rejection(executor.execute(job('throws something'), host()));
      assert.match(String((error as Error).message), /x is not a function/);
    },
  },
  {
    name: 'an agent that is not there is the error of the host',
    async run({ executor }) {
      await refusal(executor.execute(job('nobody'), host()), 'CONTRIBUTION_NOT_FOUND');
    },
  },
  {
    name: 'an execution that is over before it began does not begin',
    async run({ executor }) {
      const reason = new Error('stopped');
      const given = host({ signal: AbortSignal.abort(reason) });
      const asked: string[] = [];
      const watched: ExecutionHost = {
        ...given,
        resolveAgent(name) {
          asked.push(name);
          return given.resolveAgent(name);
        },
      };
      assert.equal(await rejection(executor.execute(job('echo'), watched)), reason);
      assert.deepEqual(asked, []);
    },
  },
  {
    name: 'an agent that does not listen to the signal is left, with its reason',
    async run({ executor }) {
      const abort = new AbortController();
      const executing = rejection(executor.execute(job('never ends'), host({ signal: abort.signal })));
      await new Promise((resolve) => setImmediate(resolve));
      const reason = forgeError('STOPPED', 'stopped');
      abort.abort(reason);
      assert.ok(isForgeError(await executing, 'STOPPED'));
    },
  },
  {
    name: 'executions at once do not mix',
    async run({ executor }) {
      const ids = ['implementation/a/1', 'implementation/b/1', 'implementation/c/1'];
      const outputs = await Promise.all(
        ids.map((executionId) => executor.execute(job('echo', { executionId }, executionId), host({ executionId }))),
      );
      for (const [index, executionId] of ids.entries()) {
        assert.deepEqual(outputs[index], { input: { executionId }, runId: 'run', executionId });
      }
    },
  },
  {
    name: 'one execution that fails harms no other',
    async run({ executor }) {
      const [bad, good] = await Promise.allSettled([
        executor.execute(job('fails'), host()),
        executor.execute(job('echo'), host()),
      ]);
      assert.deepEqual([bad.status, good.status], ['rejected', 'fulfilled']);
    },
  },
];

/** Registers the contract of `Executor`. */
export function executorContract(options: ContractOptions<ExecutorSubject>): void {
  registerContract('executor', executorCases, options);
}
