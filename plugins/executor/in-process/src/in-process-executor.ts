import type { Executor, Json } from '@forge/plugin-api';

/** Calls the agent where the kernel runs. An agent that ignores the signal is left behind; its context answers no more. */
export const inProcessExecutor: Executor = {
  name: 'in-process',
  async execute(job, host) {
    const { signal } = host.context;
    return untilAborted(async () => {
      const agent = await host.resolveAgent(job.agent);
      return (await agent.execute(job.input as never, host.context)) as Json;
    }, signal);
  },
};

async function untilAborted<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work(), aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
