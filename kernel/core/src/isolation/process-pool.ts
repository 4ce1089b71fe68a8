import type { Described, ServedPlugin } from '@forge/worker-protocol';
import { forgeError, type ErrorCode, type ForgeError, isForgeError } from '@forge/plugin-api';
import type { PluginProcess } from './plugin-process.ts';

/** A plugin that could not be kept alive so often, without a call that went well in between, is not started again. */
const mostLosses = 3;
/** Processes of one plugin at once, each for a workspace. */
const mostProcesses = 8;

interface Started extends PluginProcess {
  readonly described: readonly Described[];
  /** Calls under way. */
  busy: number;
}

export interface ProcessPool {
  /** What the plugin brings, from its first process. */
  describe(): Promise<readonly Described[]>;
  /**
   * A call in the process for that workspace; undefined: the one for calls without. A process that is gone is started
   * again. Rejects with `lost` when it goes while it works.
   */
  run<T>(workspace: string | undefined, lost: ErrorCode, work: (served: ServedPlugin) => Promise<T>): Promise<T>;
  /** Stops the plugin in all of them, those that still start included, and ends them. */
  stop(): Promise<void>;
}

export interface ProcessPoolOptions {
  readonly plugin: string;
  start(workspace: string | undefined): PluginProcess;
  /** Loads and starts the plugin in a new process. */
  begin(served: ServedPlugin): Promise<readonly Described[]>;
  /** Lets it stop, for no longer than its time. */
  finish(served: ServedPlugin): Promise<void>;
}

/** The processes of one plugin, started when they are needed. */
export function createProcessPool({ plugin, start, begin, finish }: ProcessPoolOptions): ProcessPool {
  /** The one that was used last stands last. */
  const processes = new Map<string | undefined, Promise<Started>>();
  const starting = new Set<PluginProcess>();
  let losses = 0;

  async function launch(workspace: string | undefined): Promise<Started> {
    if (losses >= mostLosses) throw givenUp(plugin, losses);
    const process = start(workspace);
    void process.gone.then(() => processes.delete(workspace));
    starting.add(process);
    try {
      return { ...process, described: await begin(process.served), busy: 0 };
    } catch (error) {
      const loss = process.isGone() ? await lossOf(process, 'PLUGIN_LOST', error) : error;
      await process.end();
      throw loss;
    } finally {
      starting.delete(process);
    }
  }

  async function lossOf(process: PluginProcess, code: ErrorCode, cause: unknown): Promise<ForgeError> {
    losses += 1;
    const { why, lastWords } = await process.gone;
    return lost(plugin, code, why, lastWords, cause);
  }

  async function processFor(workspace: string | undefined): Promise<Started> {
    const found = processes.get(workspace) ?? launch(workspace);
    processes.delete(workspace);
    processes.set(workspace, found);
    found.catch(() => processes.delete(workspace));
    await endIdle();
    return found;
  }

  async function endIdle(): Promise<void> {
    for (const [workspace, each] of [...processes].slice(0, -1)) {
      if (processes.size <= mostProcesses) return;
      const process = await each.catch(() => undefined);
      if (process?.busy !== 0 || workspace === undefined) continue;
      processes.delete(workspace);
      await process.end();
    }
  }

  return {
    describe: async () => (await processFor(undefined)).described,
    async run(workspace, code, work) {
      const process = await processFor(workspace);
      process.busy += 1;
      try {
        const result = await work(process.served);
        losses = 0;
        return result;
      } catch (error) {
        if (process.isGone() && isForgeError(error, 'WORKER_LOST')) throw await lossOf(process, code, error);
        throw error;
      } finally {
        process.busy -= 1;
      }
    },
    async stop() {
      await Promise.all([...starting].map((process) => process.end()));
      const all = await Promise.allSettled(processes.values());
      const started = all.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
      const stopped = await Promise.allSettled(started.map(({ served }) => finish(served)));
      await Promise.all(started.map((process) => process.end()));
      const failed = stopped.find((each) => each.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    },
  };
}

function lost(plugin: string, code: ErrorCode, why: string, lastWords: string, cause: unknown): ForgeError {
  return forgeError(code, `The process of the plugin "${plugin}" was lost: ${why}`, {
    ...(lastWords === '' ? {} : { why: lastWords }),
    fix: 'its next call starts it again; tell its author, or leave it out: --safe-mode',
    plugin,
    transient: true,
    cause,
  });
}

function givenUp(plugin: string, losses: number): ForgeError {
  return forgeError(
    'PLUGIN_LOST',
    `The plugin "${plugin}" was lost ${losses} times in a row and is not started again`,
    {
      fix: 'tell its author, or leave it out: --safe-mode',
      plugin,
    },
  );
}
