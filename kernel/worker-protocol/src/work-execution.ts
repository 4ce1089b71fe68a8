import type { Duplex } from 'node:stream';
import {
  type Agent,
  type AgentContext,
  type AgentPlace,
  type Clock,
  forgeError,
  isForgeError,
  type Json,
  type Logger,
} from '@forge/plugin-api';
import { fromFault, toFault } from './fault.ts';
import {
  type OrchestratorMessages,
  orchestratorMessages,
  protocolVersions,
  type WorkerMessages,
  workerMessages,
} from './messages.ts';
import { createPeer, type Peer, type PeerOptions } from './peer.ts';
import { createRemoteContext } from './remote-context.ts';

export interface WorkOptions {
  readonly stream: Duplex;
  readonly token?: string | undefined;
  readonly clock: Clock;
  /** Loads the agent, by the place that the orchestrator names. */
  loadAgent(place: AgentPlace, world: { readonly log: Logger; readonly signal: AbortSignal }): Promise<Agent>;
  readonly pulse?: PeerOptions<OrchestratorMessages, WorkerMessages>['pulse'];
}

/**
 * The worker's end: fetches one execution, runs its agent, and tells how it ended. Resolves when that is said; rejects
 * when the orchestrator is gone or does not want this worker. Does not wait for an agent that ignores its signal.
 */
export async function workExecution({ stream, token, clock, loadAgent, pulse }: WorkOptions): Promise<void> {
  const ended = new AbortController();
  const { signal } = ended;
  const remote = createRemoteContext(() => peer, { clock, signal });
  const peer: Peer<WorkerMessages> = createPeer({
    stream,
    clock,
    incoming: orchestratorMessages,
    outgoing: workerMessages,
    handlers: { ...remote.handlers, cancel: ({ fault }) => ended.abort(fromFault(fault)) },
    ...(pulse === undefined ? {} : { pulse }),
  });
  void peer.lost.then((error) => ended.abort(error));

  const welcome = await peer.call('hello', {
    versions: [...protocolVersions],
    ...(token === undefined ? {} : { token }),
  });
  const context = remote.context(welcome);
  try {
    const output = await untilAborted(signal, async () => {
      const agent = await loadAgent(welcome.place as AgentPlace, { log: remote.log, signal });
      return run(agent, welcome.job.input, context);
    });
    peer.notify('done', output === undefined ? {} : { output });
  } catch (error) {
    peer.notify('done', { fault: toFault(error) });
  }
  const orchestratorIsGone = signal.aborted && isForgeError(signal.reason, 'WORKER_LOST');
  peer.close();
  if (orchestratorIsGone) throw signal.reason;
}

async function run(agent: Agent, input: Json, context: AgentContext): Promise<Json | undefined> {
  const output = (await agent.execute(input as never, context)) as Json | undefined;
  try {
    JSON.stringify(output);
  } catch (error) {
    throw forgeError('OUTPUT_INVALID', `The output of "${agent.id}" is not JSON`, { cause: error });
  }
  return output;
}

async function untilAborted<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work(), aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
