import type { Described, ServedPlugin } from '@forge/worker-protocol';
import { forgeError, type ErrorCode, type ForgeError, isForgeError } from '@forge/plugin-api';
import type { PluginProcess } from './plugin-process.ts';

/** A plugin that could not be kept alive so often, without a call that went well in between, is not started again. */
const mostLosses = 3;
/** Processes of one plugin at once, each for a workspace. */
const mostProcesses = 8;

interface Member {
  /** Rejects when none could be started. */
  readonly process: Promise<PluginProcess>;
  readonly described: Promise<readonly Described[]>;
  /** How many losses in a row there were when it was started. */
  readonly after: number;
  isStarted: boolean;
  /** Calls under way, those that wait for its start included. */
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
  start(workspace: string | undefined): Promise<PluginProcess>;
  /** Loads and starts the plugin in a new process. */
  begin(served: ServedPlugin, workspace: string | undefined): Promise<readonly Described[]>;
  /** Lets it stop, for no longer than its time. */
  finish(served: ServedPlugin): Promise<void>;
}

/** The processes of one plugin, started when they are needed. */
export function createProcessPool({ plugin, start, begin, finish }: ProcessPoolOptions): ProcessPool {
  /** The one that was used last stands last. */
  const members = new Map<string | undefined, Member>();
  /** Those that were idle, until they have ended; for good when they could not stop. */
  const retiring = new Set<Promise<void>>();
  let losses = 0;
  let isStopped = false;

  function launch(workspace: string | undefined): Member {
    if (isStopped) throw stopped(plugin);
    if (losses >= mostLosses) throw givenUp(plugin, losses);
    const process = start(workspace);
    const described = process.then(({ served }) => begin(served, workspace));
    const member: Member = { process, described, after: losses, isStarted: false, busy: 0 };
    // Another one may have taken its place by then.
    const forget = () => void (members.get(workspace) === member && members.delete(workspace));
    member.described.then(() => (member.isStarted = true), forget);
    process.then(({ gone }) => void gone.then(forget), forget);
    return member;
  }

  function memberFor(workspace: string | undefined): Member {
    const member = members.get(workspace) ?? launch(workspace);
    members.delete(workspace);
    members.set(workspace, member);
    return member;
  }

  async function started({ process, described, after }: Member): Promise<PluginProcess> {
    const begun = await process;
    try {
      await described;
      return begun;
    } catch (error) {
      const loss = begun.isGone() ? await lossOf(begun, after, 'PLUGIN_LOST', error) : error;
      await begun.end();
      throw loss;
    }
  }

  /** Many calls may lose one process, and many processes may be lost at once: that is one loss. */
  async function lossOf({ gone }: PluginProcess, after: number, code: ErrorCode, cause: unknown) {
    if (losses === after) losses += 1;
    const { why, lastWords } = await gone;
    return lost(plugin, code, why, lastWords, cause);
  }

  function retireIdle(): void {
    for (const [workspace, member] of members) {
      if (members.size <= mostProcesses) return;
      if (member.busy > 0 || workspace === undefined) continue;
      members.delete(workspace);
      const end = endOf(member);
      retiring.add(end);
      end.then(
        () => retiring.delete(end),
        () => undefined,
      );
    }
  }

  async function endOf(member: Member): Promise<void> {
    const process = await member.process.catch(() => undefined);
    try {
      if (member.isStarted && process?.isGone() === false) await finish(process.served);
    } finally {
      await process?.end();
    }
  }

  return {
    async describe() {
      const member = memberFor(undefined);
      await started(member);
      return member.described;
    },
    async run(workspace, code, work) {
      const member = memberFor(workspace);
      member.busy += 1;
      try {
        retireIdle();
        const process = await started(member);
        try {
          const result = await work(process.served);
          losses = 0;
          return result;
        } catch (error) {
          if (process.isGone() && isForgeError(error, 'WORKER_LOST'))
            throw await lossOf(process, member.after, code, error);
          throw error;
        }
      } finally {
        member.busy -= 1;
      }
    },
    async stop() {
      isStopped = true;
      const ends = await Promise.allSettled([...retiring, ...[...members.values()].map(endOf)]);
      const failed = ends.find((end) => end.status === 'rejected');
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

function stopped(plugin: string): ForgeError {
  return forgeError('STOPPED', `The plugin "${plugin}" has been stopped`, { plugin });
}
