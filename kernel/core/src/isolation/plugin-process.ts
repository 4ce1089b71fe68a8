import type { Clock } from '@forge/plugin-api';
import { servePlugin, type ServedPlugin, startWorker } from '@forge/worker-protocol';
import type { Sandbox } from '@forge/plugin-api';

const megabyte = 1024 * 1024;
/** What a plugin may take of Forge's attention. */
const bounds = { messageBytes: 32 * megabyte, perSecond: 5_000, unreadBytes: 256 * megabyte };
/** A whole log is one answer. */
const boundsOfStores = { ...bounds, messageBytes: 256 * megabyte };
/** Milliseconds that a process may take to end after its line. */
const endMs = 2_000;
/** How a line ends when the process at its other end does. */
const endings = /^the stream ended$|ECONNRESET|EPIPE/;
/** So many signs of life may stay out. */
const missed = 6;

export interface PluginProcess {
  readonly served: ServedPlugin;
  isGone(): boolean;
  /** Why it is gone, and the end of what it had printed. Pending as long as it is there. */
  readonly gone: Promise<{ readonly why: string; readonly lastWords: string }>;
  /** Ends it. Resolves when it has ended. */
  end(): Promise<void>;
}

export interface PluginProcessOptions {
  /** Node with all that confines it. `everyMs`: between its signs of life. */
  node(everyMs: number): { readonly file: string; readonly args: readonly string[] };
  /** Where it starts, and the whole environment. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly sandbox: Sandbox;
  readonly policy: Parameters<Sandbox['wrap']>[1];
  /** It may have to give a log as a whole. */
  readonly isStore: boolean;
  readonly clock: Clock;
  /** Milliseconds of silence after which it is given up. */
  readonly silentMs: number;
  onText(text: string): void;
}

/** A process for a plugin, which is still to be started in it. */
export async function startPluginProcess(options: PluginProcessOptions): Promise<PluginProcess> {
  const { cwd, env, sandbox, policy, isStore, clock, silentMs } = options;
  const everyMs = silentMs / missed;
  const worker = startWorker(await sandbox.wrap({ ...options.node(everyMs), cwd, env }, policy), options.onText);
  const served = servePlugin({
    stream: worker.stream,
    clock,
    bounds: isStore ? boundsOfStores : bounds,
    pulse: { everyMs, missed },
  });
  let isGone = false;
  const gone = served.lost.then(async ({ details: { why } }) => {
    isGone = true;
    const endsItself = why === undefined || endings.test(why);
    if (!endsItself) worker.kill();
    const hasEnded = new AbortController();
    void worker.ended.then(() => hasEnded.abort());
    await clock.sleep(endMs, hasEnded.signal).then(worker.kill, () => undefined);
    const { how, lastWords } = await worker.ended;
    // Of a line that just ended, how the process ended says more.
    return { why: endsItself ? how : why, lastWords };
  });
  return {
    served,
    isGone: () => isGone,
    gone,
    end: async () => {
      served.close();
      await gone;
    },
  };
}
