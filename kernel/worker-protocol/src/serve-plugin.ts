import type { Duplex } from 'node:stream';
import {
  type Clock,
  type ExecutionHost,
  type ExecutionJob,
  forgeError,
  type ForgeError,
  type Json,
  type ProbeResult,
} from '@forge/plugin-api';
import { toFault } from './fault.ts';
import { type AgentHost, createHostedAgents } from './hosted-agents.ts';
import { createInnerLines } from './inner-line.ts';
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
import { nowhere } from './nowhere.ts';
import { lentHost } from './work-executor.ts';
import { fromValue, toValue } from './value.ts';

export interface PluginCall {
  readonly contribution: number;
  readonly method: string;
  readonly args: readonly unknown[];
  /** Which of the arguments is a context: an object with functions, and perhaps a signal. */
  readonly contextAt?: number | undefined;
}

export interface PluginSubscription extends Omit<PluginCall, 'contextAt'> {
  /** Which of the arguments is a function that is called until what the method gave is. */
  readonly callbackAt: number;
}

/** Forge's end of the line to a plugin's process. */
export interface ServedPlugin {
  /** Loads and starts it. Rejects with what keeps it from starting. */
  start(place: PluginPlace, world: object): Promise<readonly Described[]>;
  /** Rejects with the plugin's error, with the signal's reason, and with WORKER_LOST. */
  call(call: PluginCall): Promise<unknown>;
  /** A call that gives how to end what it began. From then on its callback is not called, whatever the plugin does. */
  subscribe(call: PluginSubscription): Promise<() => void>;
  /**
   * Runs an agent: the protocol of workers, within this line. With a host, an executor that runs one. Rejects with the
   * signal's reason as soon as that aborts.
   */
  execute(contribution: number, job: ExecutionJob, host: Pick<ExecutionHost, 'context'> | ExecutionHost): Promise<Json>;
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
      'execution.line': (piece) => executions.take(piece),
      'agent.begin': (agent) => agents.begin(agent),
      'agent.line': (piece) => agents.take(piece),
      heartbeat: () => undefined,
    },
    ...(pulse === undefined ? {} : { pulse }),
  });
  const executions = createInnerLines((piece) => peer.notify('execution.line', piece));
  const agents = createHostedAgents((piece) => peer.notify('agent.line', piece), clock);
  void peer.lost.then(() => {
    executions.destroyAll();
    agents.destroyAll();
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
      const given = args.map((argument, at) => toValue(at === contextAt ? undefined : argument));
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
    async subscribe({ contribution, method, args, callbackAt }) {
      const id = (lastId += 1);
      const given = args.map((argument, at) => toValue(at === callbackAt ? undefined : argument));
      loans.set(id, lend({ callback: args[callbackAt] }));
      try {
        await peer.call('call', { id, contribution, method, args: given, callback: callbackAt });
      } catch (error) {
        loans.delete(id);
        throw error;
      }
      return () => {
        if (!loans.has(id)) return;
        loans.set(id, lend({ callback: () => undefined }));
        const forget = () => void loans.delete(id);
        peer.call('release', { id }).then(forget, forget);
      };
    },
    async execute(contribution, job, { context, ...host }) {
      context.signal.throwIfAborted();
      const id = (lastId += 1);
      const stream = executions.open(id);
      const begin = { id, contribution };
      const left = Promise.withResolvers<never>();
      const leave = () => left.reject(context.signal.reason as Error);
      try {
        if (isHost(host)) {
          const loan = lend(lentHost(host));
          loans.set(id, loan);
          agents.admit(id, host);
          peer.notify('execution.begin', { ...begin, host: loan.lent });
        } else peer.notify('execution.begin', begin);
        const served = serveExecution({ stream, job, place: nowhere(job.agent), context, clock });
        // After it has been told: whether the plugin listens or not, nobody waits for it any more.
        context.signal.addEventListener('abort', leave, { once: true });
        return await Promise.race([served, left.promise]);
      } finally {
        context.signal.removeEventListener('abort', leave);
        executions.close(id);
        agents.dismiss(id);
        loans.delete(id);
      }
    },
    check: async () => (await peer.call('check', undefined)) as unknown as ProbeResult | undefined,
    stop: () => peer.call('stop', undefined),
  };
}

function isHost(host: object): host is AgentHost {
  return 'resolveAgent' in host;
}
