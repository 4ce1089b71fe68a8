import type { Executor, Json } from '@forge/plugin-api';

/**
 * Runs an agent in the kernel's process. To run it elsewhere, ask the host where it lies (`locateAgent`), start a worker
 * (`workerCommand`) and pass its calls on to the context; reject with WORKER_LOST when the worker is gone.
 */
export const sampleThing: Executor = {
  name: 'sample-thing',
  async execute(job, { context, resolveAgent }) {
    const { signal } = context;
    signal.throwIfAborted();
    const agent = await resolveAgent(job.agent);
    const aborted = Promise.withResolvers<never>();
    const leave = () => aborted.reject(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
    try {
      // An agent that does not listen is left behind; its context answers no more.
      return (await Promise.race([agent.execute(job.input as never, context), aborted.promise])) as Json;
    } finally {
      signal.removeEventListener('abort', leave);
    }
  },
};
