import { timingSafeEqual } from 'node:crypto';
import type { Duplex } from 'node:stream';
import {
  type AgentContext,
  type AgentPlace,
  type Clock,
  type ExecutionJob,
  type ForgeEvent,
  forgeError,
  type ForgeError,
  isForgeError,
  type Json,
} from '@forge/plugin-api';
import { fromFault, toFault } from './fault.ts';
import {
  type OrchestratorMessages,
  orchestratorMessages,
  protocolVersions,
  type Safety,
  type Welcome,
  type WorkerMessages,
  workerMessages,
} from './messages.ts';
import { createPeer, type Handlers, type Peer, type PeerOptions } from './peer.ts';

export interface ServedExecution {
  readonly stream: Duplex;
  readonly job: ExecutionJob;
  readonly place: AgentPlace;
  readonly context: AgentContext;
  readonly clock: Clock;
  /** What the worker has to say to get this execution. Default: whoever holds the stream may have it. */
  readonly token?: string;
  readonly pulse?: PeerOptions<WorkerMessages, OrchestratorMessages>['pulse'];
}

/**
 * The orchestrator's end: answers a worker from the context until its execution ends, and tells it when the context's
 * signal aborts. Resolves with the agent's output; rejects with its error, or with WORKER_LOST once nothing that the
 * worker has asked for is under way any more.
 */
export async function serveExecution(served: ServedExecution): Promise<Json> {
  const { context } = served;
  const done = Promise.withResolvers<Json>();
  const underWay = new Set<Promise<unknown>>();
  const subscriptions = new Map<number, () => void>();
  /** Errors of the kernel that the agent was told. */
  const given: ForgeError[] = [];
  let told = '';
  let greeted = false;
  let refusal: unknown;

  const peer: Peer<OrchestratorMessages> = createPeer({
    stream: served.stream,
    clock: served.clock,
    incoming: workerMessages,
    outgoing: orchestratorMessages,
    handlers: guarded({
      ...contextHandlers(context, (id) => peer.call('step.run', { id })),
      hello: ({ versions, token }) => {
        try {
          refuseStranger(served.token, token);
          const welcomed = welcome(served, commonVersion(versions));
          greeted = true;
          return welcomed;
        } catch (error) {
          refusal = error;
          throw error;
        }
      },
      'bus.on': ({ id, type }) => {
        const send = (event: ForgeEvent) => peer.notify('bus.event', { id, event: event as never });
        subscriptions.set(id, context.bus.on(type, send));
      },
      'bus.off': ({ id }) => {
        subscriptions.get(id)?.();
        subscriptions.delete(id);
      },
      done: ({ output, fault }) => {
        if (fault === undefined) done.resolve(output as Json);
        else done.reject(original(fromFault(fault)));
      },
    }),
    beforeAnswer: tellSafety,
    afterAnswer: () => {
      if (refusal !== undefined) done.reject(refusal);
    },
    ...(served.pulse === undefined ? {} : { pulse: served.pulse }),
  });

  /** Nothing happens before the worker has said who it is, and every call is waited for. */
  function guarded(handlers: Handlers<WorkerMessages>): Handlers<WorkerMessages> {
    const rows = Object.entries(handlers).map(([method, handle]) => [
      method,
      (params: never) => {
        if (!greeted && method !== 'hello') throw forgeError('PERMISSION_MISSING', `"${method}" came before "hello"`);
        const outcome: unknown = (handle as (params: never) => unknown)(params);
        if (outcome instanceof Promise) track(outcome);
        return outcome;
      },
    ]);
    return Object.fromEntries(rows) as Handlers<WorkerMessages>;
  }

  function track(call: Promise<unknown>): void {
    underWay.add(call);
    const forget = () => underWay.delete(call);
    call.then(forget, (error: unknown) => {
      forget();
      if (isForgeError(error)) given.push(error);
    });
  }

  /** What the kernel had said comes back to it as it was. */
  function original(error: Error): Error {
    return given.find(({ code, message }) => isForgeError(error, code) && error.message === message) ?? error;
  }

  /** An agent sees what a call has cost as soon as it has its answer, as it would beside the kernel. */
  function tellSafety(): void {
    if (!greeted) return;
    const now = safetyOf(context);
    const compared = JSON.stringify([{ ...now.state, elapsedMs: 0 }, now.check]);
    if (compared === told) return;
    told = compared;
    peer.notify('safety', now);
  }

  const lost = peer.lost.then(async (error) => {
    await Promise.allSettled(underWay);
    throw error;
  });
  const cancel = () => peer.notify('cancel', { fault: toFault(context.signal.reason) });
  context.signal.addEventListener('abort', cancel, { once: true });
  try {
    return await Promise.race([done.promise, lost]);
  } finally {
    peer.close();
    context.signal.removeEventListener('abort', cancel);
    for (const unsubscribe of subscriptions.values()) unsubscribe();
  }
}

function contextHandlers(context: AgentContext, runStep: (id: number) => Promise<Json | undefined>) {
  const { llm, tools, memory, bus, log } = context;
  return {
    'llm.chat': (request) => llm.chat(request as never) as Promise<never>,
    'tools.call': ({ name, input }) => tools.call(name, input) as Promise<never>,
    'memory.recall': (query) => memory.recall(query as never) as Promise<never>,
    'memory.store': (given) => memory.store(given as never) as Promise<never>,
    'memory.update': ({ id, changes }) => memory.update(id, changes as never) as Promise<never>,
    ask: (question) => context.ask(question as never) as Promise<never>,
    step: ({ id, name }) => context.step(name, () => runStep(id) as Promise<Json>),
    note: async ({ decision, rationale }) => {
      await context.note(decision, rationale);
      return undefined;
    },
    progress: ({ message }) => context.progress(message),
    'bus.emit': async (event) => {
      await bus.emit(event as Parameters<typeof bus.emit>[0]);
      return undefined;
    },
    'bus.replay': ({ traceId }) => bus.replay(traceId) as Promise<never>,
    log: ({ level, message, facts }) => log[level](message, facts),
    heartbeat: () => undefined,
  } satisfies Partial<Handlers<WorkerMessages>>;
}

function welcome({ job, place, context }: ServedExecution, version: number): Welcome {
  const { tools, llm } = context;
  const { runId, executionId, agent, input } = job;
  return {
    version,
    job: { runId, executionId, agent, input },
    place: place as Welcome['place'],
    tools: tools.specs as unknown as Welcome['tools'],
    capabilities: llm.capabilities,
    safety: safetyOf(context),
    shared: context.shared.getSnapshot(),
  };
}

function safetyOf({ safety }: AgentContext): Safety {
  return { state: { ...safety.state }, check: safety.check() };
}

function refuseStranger(expected: string | undefined, given = ''): void {
  if (expected === undefined) return;
  const [left, right] = [Buffer.from(expected), Buffer.from(given)];
  if (left.length === right.length && timingSafeEqual(left, right)) return;
  throw forgeError('PERMISSION_MISSING', 'The token is not that of this execution');
}

function commonVersion(versions: readonly number[]): number {
  const common = protocolVersions.find((each) => versions.includes(each));
  if (common !== undefined) return common;
  throw forgeError('UNSUPPORTED', `The worker speaks version ${versions.join(', ')} of the worker protocol`, {
    why: `this Forge speaks ${protocolVersions.join(', ')}`,
    fix: 'use a worker of the same version of Forge',
  });
}
