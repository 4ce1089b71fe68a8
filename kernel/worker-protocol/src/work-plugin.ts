import type { Duplex } from 'node:stream';
import {
  type Agent,
  type AgentContext,
  type Clock,
  type ExecutionJob,
  type Executor,
  forgeError,
  type Json,
  type ProbeResult,
} from '@forge/plugin-api';
import { fromFault } from './fault.ts';
import { createInnerLines } from './inner-line.ts';
import { borrow } from './lend.ts';
import { nowhere } from './nowhere.ts';
import { createPeer, type Peer, type PeerOptions } from './peer.ts';
import {
  type Described,
  type KernelMessages,
  kernelMessages,
  type PluginMessages,
  pluginMessages,
  type PluginPlace,
} from './plugin-messages.ts';
import { createPace } from './pace.ts';
import { fromValue, resultValue } from './value.ts';
import { serveExecution } from './serve-execution.ts';
import { workExecution } from './work-execution.ts';
import { executorAsAgent, type LentHost } from './work-executor.ts';

/** A plugin that runs in this process. */
export interface OpenedPlugin {
  readonly described: readonly Described[];
  call(contribution: number, method: string, args: readonly unknown[]): unknown;
  agent(contribution: number): Agent;
  executor(contribution: number): Executor;
  check(): Promise<ProbeResult | undefined>;
  close(): Promise<void>;
}

export interface WorkPluginOptions {
  readonly stream: Duplex;
  readonly clock: Clock;
  /** @param world what Forge lends it for its whole life */
  open(place: PluginPlace, world: object): Promise<OpenedPlugin>;
  readonly pulse?: PeerOptions<KernelMessages, PluginMessages>['pulse'];
}

/** So often in a second callbacks are called, so that an honest plugin never says more than Forge listens to. */
const callbacksPerSecond = 2_500;

/** The plugin's end: starts it, and answers calls of it until the line closes. */
export async function workPlugin({ stream, clock, open, pulse }: WorkPluginOptions): Promise<void> {
  const calls = new Map<number, AbortController>();
  let lastAgent = 0;
  /** How to end what a callback was given for. */
  const ends = new Map<number, () => unknown>();
  const pace = createPace(clock, callbacksPerSecond);
  let opened: OpenedPlugin | undefined;

  const plugin = (): OpenedPlugin => {
    if (opened === undefined) throw forgeError('UNSUPPORTED', 'The plugin has not been started');
    return opened;
  };
  const lentWith = (id: number) => (path: string, args: readonly unknown[]) =>
    peer.call('use', { id, path, args: args as Json[] });

  const peer: Peer<PluginMessages> = createPeer({
    stream,
    clock,
    incoming: kernelMessages,
    outgoing: pluginMessages,
    handlers: {
      start: async ({ place, world }) => {
        opened = await open(place, borrow(world, lentWith(0)));
        return [...opened.described];
      },
      call: async ({ id, contribution, method, args, context, callback }) => {
        const ended = new AbortController();
        calls.set(id, ended);
        try {
          const given = args.map(fromValue);
          if (context !== undefined) {
            given[context.at] = Object.assign(borrow(context.lent, lentWith(id)), { signal: ended.signal });
          }
          if (callback === undefined) return resultValue(await plugin().call(contribution, method, given));
          given[callback] = (...of: unknown[]) => pace().then(() => lentWith(id)('callback', of));
          ends.set(id, (await plugin().call(contribution, method, given)) as () => unknown);
          return {};
        } finally {
          calls.delete(id);
        }
      },
      release: async ({ id }) => {
        const end = ends.get(id);
        ends.delete(id);
        await end?.();
        return undefined;
      },
      abort: ({ id, fault }) => calls.get(id)?.abort(fromFault(fault)),
      'execution.begin': ({ id, contribution, host }) => {
        const agentOf = (agent: string): Agent => {
          if (host === undefined) return plugin().agent(contribution);
          const lent = borrow(host, lentWith(id)) as LentHost;
          return executorAsAgent(plugin().executor(contribution), agent, lent, runAgentFor(id));
        };
        const over = () => executions.close(id);
        workExecution({ stream: executions.open(id), clock, loadAgent: async ({ agent }) => agentOf(agent) }).then(
          over,
          over,
        );
      },
      'execution.line': (piece) => executions.take(piece),
      'agent.line': (piece) => agents.take(piece),
      check: async () => (await plugin().check()) as Json | undefined,
      stop: async () => {
        await opened?.close();
        return undefined;
      },
      heartbeat: () => undefined,
    },
    ...(pulse === undefined ? {} : { pulse }),
  });
  const executions = createInnerLines((piece) => peer.notify('execution.line', piece));
  const agents = createInnerLines((piece) => peer.notify('agent.line', piece));

  /** Has Forge run an agent: this process is the orchestrator then. */
  function runAgentFor(execution: number) {
    return async (job: ExecutionJob, context: AgentContext): Promise<Json> => {
      const id = (lastAgent += 1);
      const stream = agents.open(id);
      try {
        peer.notify('agent.begin', { id, execution, agent: job.agent });
        return await serveExecution({ stream, job, place: nowhere(job.agent), context, clock });
      } finally {
        agents.close(id);
      }
    };
  }

  await peer.lost;
}
