import assert from 'node:assert/strict';
import {
  type Agent,
  type AgentContext,
  agentContracts,
  type AgentType,
  forgeError,
  jsonSchema,
} from '@forge/plugin-api';
import type { ScriptedAgentContext } from '../fakes/agent-context.ts';
import type { ContractCase, ContractOptions } from './contract-case.ts';
import { registerContract } from './register-contract.ts';
import { rejection } from './rejection.ts';

export interface AgentSubject {
  readonly agent: Agent;
  /** An input that it can work on, of the agent's type. */
  readonly input: unknown;
  /** A fresh context with the same script, in which the agent gets to its end. */
  readonly context: () => ScriptedAgentContext;
}

const execute = ({ agent, input }: AgentSubject, ctx: AgentContext): Promise<unknown> =>
  agent.execute(deepFrozen(structuredClone(input)) as never, ctx);

/** The context, but its model, its tools and its questions all reject with this error. */
function refusing(ctx: ScriptedAgentContext, error: Error): AgentContext {
  const reject = () => Promise.reject(error);
  return {
    ...ctx,
    llm: { ...ctx.llm, chat: reject, object: reject },
    tools: { ...ctx.tools, call: reject },
    memory: { recall: reject, store: reject, update: reject },
    ask: reject,
    step: reject,
  };
}

export const agentCases: readonly ContractCase<AgentSubject>[] = [
  {
    name: 'its id is one word, and its type is a known one',
    async run({ agent }) {
      assert.match(agent.id, /^[a-z0-9][a-z0-9._-]*$/);
      assert.ok(Object.keys(agentContracts).includes(agent.type), agent.type);
    },
  },
  {
    name: 'its output fits its type',
    async run(subject) {
      const { input, output } = agentContracts[subject.agent.type as AgentType];
      input.parse(subject.input);
      output.parse(await execute(subject, subject.context()));
    },
  },
  {
    name: 'its output is JSON',
    async run(subject) {
      const output = await execute(subject, subject.context());
      assert.deepEqual(jsonSchema.parse(JSON.parse(JSON.stringify(output))), JSON.parse(JSON.stringify(output)));
    },
  },
  {
    name: 'it changes neither its input nor what the context gives',
    async run(subject) {
      const ctx = subject.context();
      const frozen: AgentContext = {
        ...ctx,
        llm: { ...ctx.llm, chat: async (request) => deepFrozen(await ctx.llm.chat(request)) },
        tools: {
          specs: deepFrozen(ctx.tools.specs),
          call: async (...call) => deepFrozen(await ctx.tools.call(...call)),
        },
      };
      await execute(subject, frozen);
    },
  },
  {
    name: 'the same answers lead to the same calls and the same output, so that it can be resumed',
    async run(subject) {
      const [first, second] = [subject.context(), subject.context()];
      const outputs = [await execute(subject, first), await execute(subject, second)];
      assert.deepEqual(outputs[1], outputs[0]);
      assert.deepEqual(second.calls, first.calls);
    },
  },
  {
    name: 'two executions at once do not disturb each other',
    async run(subject) {
      const alone = subject.context();
      const output = await execute(subject, alone);
      const contexts = [subject.context(), subject.context()];
      const outputs = await Promise.all(contexts.map((ctx) => execute(subject, ctx)));
      for (const [index, ctx] of contexts.entries()) {
        assert.deepEqual(outputs[index], output);
        assert.deepEqual(ctx.calls, alone.calls);
      }
    },
  },
  {
    name: 'when the run has to wait or stop, it ends with that error and not with a result of its own',
    async run(subject) {
      const calls = subject.context();
      await execute(subject, calls);
      if (calls.calls.every(({ kind }) => kind === 'note' || kind === 'emit')) return;
      for (const code of ['WAITING_FOR_PERSON', 'BREAKER_COST', 'STOPPED', 'LEASE_LOST'] as const) {
        const error = forgeError(code, 'the kernel says so');
        assert.equal(await rejection(execute(subject, refusing(subject.context(), error))), error);
      }
    },
  },
];

/** Registers the contract of `Agent`. */
export function agentContract(options: ContractOptions<AgentSubject>): void {
  registerContract('agent', agentCases, options);
}

function deepFrozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const part of Object.values(value)) deepFrozen(part);
  return Object.freeze(value);
}
