import { forgeError, type WorkerCommand } from '@forge/plugin-api';
import type { Run } from './run.ts';

export interface WorkerCommands {
  readonly command: () => Promise<WorkerCommand>;
  /** Ends whatever was started with a command and is still there. */
  close(): Promise<void>;
}

/** How the workers of one execution are started, and how nothing of them is left. */
export function createWorkerCommands(run: Run, executionId: string): WorkerCommands {
  const marker = `${run.id}/${executionId}`;
  let given = false;

  return {
    async command() {
      const { worker } = run.deps;
      if (worker === undefined) {
        throw forgeError('UNSUPPORTED', 'This app has no worker that could run an execution elsewhere', {
          fix: 'set "executor" to "in-process"',
        });
      }
      given = true;
      const { cwd, env } = await run.processes.workerPlace(marker);
      return { file: worker.file, args: worker.args, cwd, env: { ...env, ...worker.env } };
    },
    async close() {
      if (given) await run.processes.reap(marker);
    },
  };
}
