import { type Clock, type Executor, forgeError, isForgeError, type Json } from '@forge/plugin-api';
import {
  serveExecution,
  type ServedExecution,
  startWorker,
  type WorkerEnd,
  type WorkerProcess,
} from '@forge/worker-protocol';

export interface ChildProcessExecutorOptions {
  readonly clock: Clock;
  /** Milliseconds from the abort, or from the output, until a worker that does not end is killed. Default 2,000. */
  readonly graceMs?: number;
  readonly pulse?: ServedExecution['pulse'];
}

/** Runs every execution in a worker of its own, which dies with it. */
export function createChildProcessExecutor(options: ChildProcessExecutorOptions): Executor {
  const { clock, graceMs = 2_000, pulse } = options;

  return {
    name: 'child-process',
    async execute(job, { context, locateAgent, resolveAgent, workerCommand }) {
      const { signal } = context;
      signal.throwIfAborted();
      const place = await locateAgent(job.agent);
      signal.throwIfAborted();
      if (place === undefined)
        return (await (await resolveAgent(job.agent)).execute(job.input as never, context)) as Json;
      const command = await workerCommand();
      signal.throwIfAborted();
      const worker = startWorker(command, (text) => context.log.debug('a worker says', { job: job.executionId, text }));
      const impatient = new AbortController();
      // Who blocks its event loop hears no abort.
      const abort = () => void killAfterGrace(worker, impatient.signal);
      signal.addEventListener('abort', abort, { once: true });
      try {
        return await serveExecution({
          stream: worker.stream,
          job,
          place,
          context,
          clock,
          ...(pulse === undefined ? {} : { pulse }),
        });
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        throw isForgeError(error, 'WORKER_LOST') ? await withReason(error, worker) : error;
      } finally {
        signal.removeEventListener('abort', abort);
        await endOf(worker);
        impatient.abort();
      }
    },
  };

  async function killAfterGrace(worker: WorkerProcess, ended: AbortSignal): Promise<void> {
    await clock.sleep(graceMs, ended).then(
      () => worker.kill(),
      () => undefined,
    );
  }

  /** The line is closed, so a worker ends by itself; one that does not is ended. */
  async function endOf(worker: WorkerProcess): Promise<WorkerEnd> {
    const ended = new AbortController();
    void killAfterGrace(worker, ended.signal);
    const end = await worker.ended;
    ended.abort();
    return end;
  }

  /** How the process ended says more than that its line was closed. */
  async function withReason(error: Error & { readonly details: { readonly why?: string } }, worker: WorkerProcess) {
    const { how, lastWords } = await endOf(worker);
    return forgeError('WORKER_LOST', `The worker of an execution was lost: ${how}`, {
      why: [error.message, lastWords].filter((part) => part !== '').join('\n'),
      fix: 'forge resume goes on where it was; forge logs --verbose shows what the worker said',
      transient: true,
      cause: error,
    });
  }
}
