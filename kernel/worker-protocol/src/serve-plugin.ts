import type { Duplex } from 'node:stream';
import {
  type AgentContext,
  type Clock,
  type ExecutionJob,
  forgeError,
  type ForgeError,
  type Json,
  type ProbeResult,
} from '@forge/plugin-api';
import { toFault } from './fault.ts';
import { createInnerLine, type InnerLine } from './inner-line.ts';
import { lend, type Loan } from './lend.ts';
import { createPeer, type Peer, type PeerOptions } from './peer.ts';
import {
  type Described,
  type KernelMessages,
  kernelMessages,
  type PluginMessages,
  pluginMessages,
  type PluginPlace,
} from './plugin-messages.ts';
import { serveExecution } from './serve-execution.ts';
import { fromValue } from './value.ts';

export interface PluginCall {
  readonly contribution: number;
  readonly method: string;
  readonly args: readonly unknown[];
  /** Which of the arguments is a context: an object with functions, and perhaps a signal. */
  readonly contextAt?: number | undefined;
}

/** Forge's end of the line to a plugin's process. */
export interface ServedPlugin {
  /** Loads and starts it. Rejects with what keeps it from starting. */
  start(place: PluginPlace, world: object): Promise<readonly Described[]>;
  /** Rejects with the plugin's error, with the signal's reason, and with WORKER_LOST. */
  call(call: PluginCall): Promise<unknown>;
  /** Runs an agent: the protocol of workers, within this line. */
  execute(contribution: number, job: ExecutionJob, context: AgentContext): Promise<Json>;
  check(): Promise<ProbeResult | undefined>;
  stop(): Promise<void>;
  readonly lost: Promise<ForgeError>;
  close(): void;
}

export interface ServePluginOptions {
  readonly stream: Duplex;
  readonly clock: Clock;
  readonly bounds: NonNullable<PeerOptions<PluginMessages, KernelMessages>['bounds']>;
  readonly pulse?: PeerOptions<PluginMessages, KernelMessages>['pulse'];
}

export function servePlugin({ stream, clock, bounds, pulse }: ServePluginOptions): ServedPlugin {
  const loans = new Map<number, Loan>();
  const executions = new Map<number, InnerLine>();
  let lastId = 0;

  const peer: Peer<KernelMessages> = createPeer({
    stream,
    clock,
    incoming: pluginMessages,
    outgoing: kernelMessages,
    bounds,
    handlers: {
      use: ({ id, path, args }) => {
        const loan = loans.get(id);
        if (loan === undefined) throw forgeError('UNSUPPORTED', `"${path}" was called after the call had ended`);
        return loan.use(path, args as Json[]);
      },
      'execution.line': ({ id, text }) => executions.get(id)?.take(text),
      heartbeat: () => undefined,
    },
    ...(pulse === undefined ? {} : { pulse }),
  });
  void peer.lost.then(() => {
    for (const { stream: inner } of executions.values()) inner.destroy();
  });

  return {
    lost: peer.lost,
    close: () => peer.close(),
    start(place, world) {
      const loan = lend(world);
      loans.set(0, loan);
      return peer.call('start', { place, world: loan.lent });
    },
    async call({ contribution, method, args, contextAt }) {
      const id = (lastId += 1);
      const context = contextAt === undefined ? undefined : (args[contextAt] as object | undefined);
      const given = args.map((argument, at) => (at === contextAt ? null : argument)) as Json[];
      if (context === undefined) return fromValue(await peer.call('call', { id, contribution, method, args: given }));
      const { signal } = context as { readonly signal?: AbortSignal };
      signal?.throwIfAborted();
      const loan = lend(context);
      loans.set(id, loan);
      const over = Promise.withResolvers<never>();
      const abort = () => {
        peer.notify('abort', { id, fault: toFault(signal?.reason) });
        over.reject(signal?.reason as Error);
      };
      signal?.addEventListener('abort', abort, { once: true });
      try {
        const at = contextAt as number;
        const answer = peer.call('call', { id, contribution, method, args: given, context: { at, lent: loan.lent } });
        return fromValue(await Promise.race([answer, over.promise]));
      } finally {
        signal?.removeEventListener('abort', abort);
        loans.delete(id);
      }
    },
    async execute(contribution, job, context) {
      const id = (lastId += 1);
      const inner = createInnerLine((text) =>
        peer.notify('execution.line', { id, ...(text === undefined ? {} : { text }) }),
      );
      executions.set(id, inner);
      try {
        peer.notify('execution.begin', { id, contribution });
        return await serveExecution({ stream: inner.stream, job, place: nowhere(job.agent), context, clock });
      } finally {
        executions.delete(id);
      }
    },
    check: async () => (await peer.call('check', undefined)) as unknown as ProbeResult | undefined,
    stop: () => peer.call('stop', undefined),
  };
}

/** The agent is there already: nothing is loaded from a place. */
function nowhere(agent: string) {
  return { agent, plugin: '', folder: '', origin: 'configuration', options: {}, variables: {} } as const;
}
