import type { Executor, Json } from '@forge/plugin-api';
import { describe, expect, test } from 'vitest';
import { executorCases, executorContract, failingCases, only } from '../../src/contracts/index.ts';

const right: Executor['execute'] = async (job, host) => {
  const { signal } = host.context;
  signal.throwIfAborted();
  const agent = await host.resolveAgent(job.agent);
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });
  return Promise.race([agent.execute(job.input as never, host.context) as Promise<Json>, aborted]);
};

executorContract({ name: 'the shortest right one', create: () => ({ executor: { name: 'right', execute: right } }) });

let lastInput: Json = null;

const wrong: readonly { readonly fault: string; readonly caughtBy: string; readonly execute: Executor['execute'] }[] = [
  {
    fault: 'does not look at the signal',
    caughtBy: 'an agent that does not listen to the signal is left, with its reason',
    execute: async (job, host) =>
      (await (await host.resolveAgent(job.agent)).execute(job.input as never, host.context)) as Json,
  },
  {
    fault: 'begins what is over',
    caughtBy: 'an execution that is over before it began does not begin',
    execute: async (job, host) => {
      await host.resolveAgent(job.agent);
      return right(job, host);
    },
  },
  {
    fault: 'makes an error of its own',
    caughtBy: "the agent's error arrives with code, message and details",
    execute: (job, host) =>
      right(job, host).catch((error: unknown) => {
        throw new Error(String(error));
      }),
  },
  {
    fault: 'gives null for an error',
    caughtBy: 'what the host refuses reaches the caller with its code',
    execute: (job, host) => right(job, host).catch(() => null),
  },
  {
    fault: 'keeps the input of another execution',
    caughtBy: 'executions at once do not mix',
    execute: async (job, host) => {
      lastInput = job.input;
      await new Promise((resolve) => setImmediate(resolve));
      return right({ ...job, input: lastInput }, host);
    },
  },
  {
    fault: 'lets calls of one kind go first',
    caughtBy: 'calls made at once reach the host in the order in which the agent makes them',
    execute: (job, host) =>
      right(job, {
        ...host,
        context: {
          ...host.context,
          async note(decision, rationale) {
            await new Promise((resolve) => setImmediate(resolve));
            return host.context.note(decision, rationale);
          },
        },
      }),
  },
  {
    fault: 'takes every step',
    caughtBy: 'a step that the host knows is not taken again',
    execute: (job, host) => right(job, { ...host, context: { ...host.context, step: (_, fn) => fn() } }),
  },
  {
    fault: 'keeps what a step gave for itself',
    caughtBy: 'a step gives what the agent does in it, and the host hears of it',
    execute: (job, host) => right(job, { ...host, context: { ...host.context, step: (_, fn) => fn() } }),
  },
  {
    fault: 'makes an error of its own of what a step throws',
    caughtBy: "what the agent's own code throws in a step comes back to it as it was",
    execute: (job, host) => {
      const step: typeof host.context.step = (name, fn) =>
        host.context.step(name, fn).catch((error: unknown) => Promise.reject(new Error(String(error))));
      return right(job, { ...host, context: { ...host.context, step } });
    },
  },
  {
    fault: 'shows the limits as they were at the start',
    caughtBy: 'the agent sees what a call has cost as soon as it has the answer',
    execute: (job, host) => {
      const { state, check } = host.context.safety;
      const checked = check();
      return right(job, { ...host, context: { ...host.context, safety: { state, check: () => checked } } });
    },
  },
  {
    fault: 'is deaf to events',
    caughtBy: 'events of the run reach an agent that listens, before the answer of the call that caused them',
    execute: (job, host) =>
      right(job, { ...host, context: { ...host.context, bus: { ...host.context.bus, on: () => () => {} } } }),
  },
  {
    fault: 'gives the model no tools',
    caughtBy: 'tools, model and what is shared are those of the host',
    execute: (job, host) =>
      right(job, { ...host, context: { ...host.context, tools: { ...host.context.tools, specs: [] } } }),
  },
  {
    fault: 'shares what it has made up',
    caughtBy: 'tools, model and what is shared are those of the host',
    execute: (job, host) =>
      right(job, { ...host, context: { ...host.context, shared: { ...host.context.shared, get: () => undefined } } }),
  },
  {
    fault: 'takes any object',
    caughtBy: "an object is checked with the agent's own schema, and asked for again when it does not fit",
    execute: (job, host) => {
      const { llm } = host.context;
      const object: typeof llm.object = async ({ system, messages }) => {
        const [block] = (await llm.chat({ system, messages })).content;
        return JSON.parse(block?.type === 'text' ? block.text : '') as never;
      };
      return right(job, { ...host, context: { ...host.context, llm: { ...llm, object } } });
    },
  },
];

describe('the executor contract catches an executor that', () => {
  test.each(wrong)('$fault', async ({ execute, caughtBy }) => {
    expect(await failingCases(only(executorCases, caughtBy), () => ({ executor: { name: 'wrong', execute } }))).toEqual(
      [caughtBy],
    );
  });
});
