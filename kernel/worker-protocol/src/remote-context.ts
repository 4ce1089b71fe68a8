import {
  type AgentContext,
  type Answer,
  type BreakerResult,
  type ChatResponse,
  type Clock,
  createContextBus,
  createObjectCall,
  type EventHandler,
  type ForgeEvent,
  type Json,
  type Logger,
  type Memory,
  type RecalledMemory,
  type ToolOutcome,
  type ToolSpec,
} from '@forge/plugin-api';
import { deepFreeze } from './deep-freeze.ts';
import type { OrchestratorMessages, Safety, Welcome, WorkerMessages } from './messages.ts';
import type { Handlers, Peer } from './peer.ts';

export interface RemoteContext {
  context(welcome: Welcome): AgentContext;
  /** What the orchestrator says while the agent is at work; `cancel` is the worker's own business. */
  readonly handlers: Omit<Handlers<OrchestratorMessages>, 'cancel'>;
  readonly log: Logger;
}

/** The worker's end of a context: every call goes to the orchestrator, in the order in which the agent makes them. */
export function createRemoteContext(
  peer: () => Peer<WorkerMessages>,
  world: { readonly clock: Clock; readonly signal: AbortSignal },
): RemoteContext {
  const { clock, signal } = world;
  const steps = new Map<number, () => Promise<Json>>();
  const listeners = new Map<number, EventHandler>();
  let safety: Safety | undefined;
  let safetyAt = 0;
  let lastId = 0;

  const say = (level: keyof Logger) => (message: string, facts?: Record<string, unknown>) => {
    peer().notify('log', { level, message, ...(facts === undefined ? {} : { facts: plain(facts) }) });
  };
  const log: Logger = { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') };

  /** One call. What comes back belongs to nobody: it cannot be changed, as beside the kernel. */
  async function ask<T>(method: Parameters<Peer<WorkerMessages>['call']>[0], params: unknown): Promise<T> {
    signal.throwIfAborted();
    return deepFreeze((await peer().call(method, params as never)) as T);
  }

  function tell(next: Safety): void {
    safety = deepFreeze(next);
    safetyAt = clock.now();
  }

  async function step<T extends Json>(name: string, fn: () => Promise<T>): Promise<T> {
    const id = (lastId += 1);
    let thrown: { readonly error: unknown } | undefined;
    steps.set(id, () =>
      fn().catch((error: unknown) => {
        thrown = { error };
        throw error;
      }),
    );
    try {
      return await ask<T>('step', { id, name });
    } catch (error) {
      // What the agent's own code threw comes back to it as it was.
      throw thrown === undefined ? error : thrown.error;
    } finally {
      steps.delete(id);
    }
  }

  function on(type: string, handler: EventHandler): () => void {
    const id = (lastId += 1);
    listeners.set(id, handler);
    peer().notify('bus.on', { id, type });
    return () => {
      if (listeners.delete(id)) peer().notify('bus.off', { id });
    };
  }

  return {
    log,
    handlers: {
      'step.run': ({ id }) => steps.get(id)?.() as Promise<Json>,
      safety: tell,
      'bus.event': ({ id, event }) => {
        const handled = async () => listeners.get(id)?.(deepFreeze(event) as unknown as ForgeEvent);
        handled().catch((error: unknown) => log.warn('an event handler failed', { error: String(error) }));
      },
      heartbeat: () => undefined,
    },
    context(welcome) {
      tell(welcome.safety);
      const { runId, executionId } = welcome.job;
      const chat: AgentContext['llm']['chat'] = (request) => ask<ChatResponse>('llm.chat', request);
      const bus = Object.freeze<AgentContext['bus']>({
        emit: (event) => ask('bus.emit', event),
        on,
        replay: (traceId) => ask('bus.replay', { traceId }),
      });
      return Object.freeze<AgentContext>({
        runId,
        executionId,
        signal,
        log,
        llm: Object.freeze({ chat, object: createObjectCall(chat), capabilities: deepFreeze(welcome.capabilities) }),
        tools: Object.freeze({
          specs: deepFreeze(welcome.tools) as unknown as readonly ToolSpec[],
          call: (name: string, input: unknown) => ask<ToolOutcome>('tools.call', { name, input }),
        }),
        memory: Object.freeze<AgentContext['memory']>({
          recall: (query) => ask<readonly RecalledMemory[]>('memory.recall', query),
          store: (memory) => ask<Memory>('memory.store', memory),
          update: (id, changes) => ask<Memory>('memory.update', { id, changes }),
        }),
        bus,
        shared: createContextBus(welcome.shared, bus),
        safety: {
          get state() {
            const { state } = safety ?? welcome.safety;
            return Object.freeze({ ...state, elapsedMs: state.elapsedMs + clock.now() - safetyAt });
          },
          check: () => (safety ?? welcome.safety).check as BreakerResult,
        },
        ask: (question) => ask<Answer>('ask', question),
        step,
        progress: (message) => peer().notify('progress', { message }),
        note: (decision, rationale) => ask('note', { decision, rationale }),
      });
    },
  };
}

/** Facts for a log may be anything at all; what is no JSON goes as words. */
function plain(facts: Record<string, unknown>): Record<string, Json> {
  const entries = Object.entries(facts).map(([name, value]) => {
    try {
      return [name, JSON.parse(JSON.stringify(value)) as Json] as const;
    } catch {
      return [name, String(value)] as const;
    }
  });
  return Object.fromEntries(entries);
}
