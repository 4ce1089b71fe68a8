import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { type Clock, forgeError, type ForgeEvent, type Json } from '@forge/plugin-api';
import type { TransformPlace, TransformReply, TransformRequest } from './transform-messages.ts';

export interface TransformRunner {
  /**
   * What a transform makes of the event; undefined: nothing shall be sent. Rejects with WEBHOOK_TRANSFORM when it throws,
   * gives what is not JSON, takes too long or too much memory. It is ended then, whatever it does.
   */
  run(place: TransformPlace, event: ForgeEvent): Promise<Json | undefined>;
  close(): Promise<void>;
}

export interface TransformRunnerOptions {
  readonly clock: Clock;
  /** For code that was made from TypeScript. */
  readonly cacheFolder: string;
  /** Milliseconds. Default: 5 s. */
  readonly limitMs?: number;
}

const usualLimitMs = 5_000;
/** Until the configuration is read, which is more than the transform. */
const loadLimitMs = 30_000;
const memoryMb = 256;

interface Thread {
  readonly worker: Worker;
  readonly waiting: Map<number, { settle(reply: TransformReply): void; fail(why: string): void }>;
}

/**
 * One thread, started when it is first needed and again after it was ended. It keeps no process alive. One transform at a
 * time: who keeps it busy for ever is known then, and takes no other one along.
 */
export function createTransformRunner({
  clock,
  cacheFolder,
  limitMs = usualLimitMs,
}: TransformRunnerOptions): TransformRunner {
  let thread: Thread | undefined;
  let asked = 0;
  let turn: Promise<unknown> = Promise.resolve();

  function start(): Thread {
    const { program, execArgv } = threadProgram();
    const worker = new Worker(program, {
      name: 'transforms',
      workerData: { cacheFolder },
      execArgv,
      resourceLimits: { maxOldGenerationSizeMb: memoryMb },
    });
    const started: Thread = { worker, waiting: new Map() };
    worker.unref();
    worker.on('message', (reply: TransformReply) => started.waiting.get(reply.id)?.settle(reply));
    const ended = (why: string) => {
      if (thread === started) thread = undefined;
      for (const { fail } of started.waiting.values()) fail(why);
    };
    worker.on('error', (error) => ended(error instanceof Error ? error.message : String(error)));
    worker.on('exit', () => ended('it ended the thread that it ran in'));
    return started;
  }

  async function runAlone(place: TransformPlace, event: ForgeEvent): Promise<Json | undefined> {
    const used = (thread ??= start());
    const id = ++asked;
    const limit = new AbortController();
    const end = (what: string) => {
      if (thread === used) thread = undefined;
      for (const { fail } of used.waiting.values()) fail(what);
      void used.worker.terminate();
    };
    const within = (milliseconds: number, what: string) =>
      clock.sleep(milliseconds, limit.signal).then(
        () => end(`${what} did not end within ${milliseconds / 1000} s`),
        () => undefined,
      );
    try {
      return await new Promise<Json | undefined>((resolve, reject) => {
        used.waiting.set(id, {
          settle(reply) {
            if ('loaded' in reply) void within(limitMs, 'it');
            else if ('fault' in reply) reject(failed(reply.fault));
            else resolve(reply.body);
          },
          fail: (why) => reject(failed(why)),
        });
        void within(loadLimitMs, 'its configuration');
        used.worker.postMessage({ id, place, event } satisfies TransformRequest);
      });
    } finally {
      used.waiting.delete(id);
      limit.abort();
    }
  }

  return {
    run(place, event) {
      const result = turn.then(() => runAlone(place, event));
      turn = result.catch(() => undefined);
      return result;
    },
    async close() {
      const last = thread;
      thread = undefined;
      await last?.worker.terminate();
    },
  };
}

function failed(why: string) {
  return forgeError('WEBHOOK_TRANSFORM', 'The transform of the webhook failed', { why });
}

/** Beside this file: as source, whose imports are sources, too; or built. */
function threadProgram(): { readonly program: URL; readonly execArgv: string[] } {
  const source = new URL('./transform.worker.ts', import.meta.url);
  return existsSync(source)
    ? { program: source, execArgv: ['--conditions=@forge/source', '--no-warnings'] }
    : { program: new URL(source.href.replace(/\.ts$/, '.js')), execArgv: [] };
}
