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
];

describe('the executor contract catches an executor that', () => {
  test.each(wrong)('$fault', async ({ execute, caughtBy }) => {
    expect(await failingCases(only(executorCases, caughtBy), () => ({ executor: { name: 'wrong', execute } }))).toEqual(
      [caughtBy],
    );
  });
});
