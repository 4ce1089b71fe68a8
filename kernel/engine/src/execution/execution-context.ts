import {
  createObjectCall,
  forgeError,
  type AgentContext,
  type AgentMemory,
  type AgentTools,
  type Answer,
  type ContextBus,
  type Json,
  type Logger,
  type MemoryStore,
  type Question,
} from '@forge/plugin-api';
import type { PassCrashPoint } from '../crash-points.ts';
import { deepFreeze } from '../log/deep-freeze.ts';
import { hashJson } from '../log/hash.ts';
import { maskJson } from '../log/mask-json.ts';
import type { ExecutionBreakers } from './breakers.ts';
import type { ExecutionEmit } from './execution-emit.ts';
import type { Journal } from './journal.ts';
import type { ModelCaller } from './model-caller.ts';

export interface ExecutionContextDeps {
  readonly runId: string;
  readonly executionId: string;
  readonly repositoryId: string;
  readonly models: ModelCaller;
  readonly tools: AgentTools;
  readonly breakers: ExecutionBreakers;
  readonly journal: Journal;
  readonly emit: ExecutionEmit;
  memory(): Promise<MemoryStore>;
  readonly shared: ContextBus;
  mask(text: string): string;
  ask(question: Question, ordinal: number): Promise<Answer>;
  readonly signal: AbortSignal;
  /** Throws when the run is to stop: called before each step, so that the one in flight may end. */
  beforeStep(): void;
  readonly crashPoint: PassCrashPoint;
  readonly log: Logger;
}

/** The context of one execution: everything in it is journaled, nothing in it is shared with another execution. */
export function createExecutionContext(deps: ExecutionContextDeps): AgentContext {
  const { runId, executionId, models, tools, breakers, journal, emit, signal, log } = deps;

  return Object.freeze({
    runId,
    executionId,
    llm: Object.freeze({
      chat: models.chat,
      object: createObjectCall(models.chat),
      capabilities: deepFreeze(structuredClone(models.capabilities)),
    }),
    tools: Object.freeze({ ...tools, specs: deepFreeze(structuredClone(tools.specs)) }),
    memory: createMemoryCalls(deps),
    bus: deps.shared.events,
    shared: deps.shared,
    safety: Object.freeze({
      get state() {
        return Object.freeze(breakers.state);
      },
      check: () => Object.freeze(breakers.check()),
    }),
    ask: async (question: Question) => deepFreeze(await deps.ask(question, journal.nextOrdinal())),
    step,
    progress(message: string) {
      emit('agent.progress', { message }).catch((error: unknown) =>
        log.debug('progress was not stored', { error: String(error) }),
      );
    },
    async note(decision: string, rationale: string) {
      await emit('agent.note', { decision }, { rationale });
    },
    signal,
    log: Object.freeze({ ...log }),
  });

  async function step<T extends Json>(name: string, fn: () => Promise<T>): Promise<T> {
    const ordinal = journal.nextOrdinal();
    const recorded = journal.find(ordinal, 'step', name);
    const result = recorded === undefined ? await stepLive(ordinal, name, fn) : (recorded.result as T);
    await journal.turnOf(ordinal);
    return deepFreeze(result);
  }

  async function stepLive<T extends Json>(ordinal: number, name: string, fn: () => Promise<T>): Promise<T> {
    deps.beforeStep();
    await emit.durable();
    const result = jsonCopy(name, await fn());
    deps.crashPoint('step.ran');
    await emit('step.completed', { ordinal, name, result });
    return result;
  }
}

function jsonCopy<T extends Json>(name: string, value: T): T {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw forgeError('OUTPUT_INVALID', `Step "${name}" gave a result that is not JSON`);
  return JSON.parse(text) as T;
}

function createMemoryCalls(deps: ExecutionContextDeps): AgentMemory {
  const { journal, emit, mask, repositoryId, runId, executionId } = deps;

  /** One memory call through the journal. */
  async function recorded<T>(operation: string, request: Json, call: (memory: MemoryStore) => Promise<T>): Promise<T> {
    const ordinal = journal.nextOrdinal();
    const requestHash = hashJson({ operation, request: maskJson(request, mask) });
    const known = journal.find(ordinal, 'memory', requestHash);
    const result = known === undefined ? await live() : (known.result as T);
    await journal.turnOf(ordinal);
    return deepFreeze(result);

    async function live(): Promise<T> {
      deps.beforeStep();
      const [memory] = await Promise.all([deps.memory(), emit.durable()]);
      const found = await call(memory);
      deps.crashPoint('memory.called');
      await emit('memory.called', { ordinal, operation, requestHash, result: found as Json });
      return found;
    }
  }

  return Object.freeze<AgentMemory>({
    recall: (query) => recorded('recall', query as Json, (memory) => memory.recall({ ...query, repoId: repositoryId })),
    store: ({ repoId = repositoryId, ...memory }) =>
      recorded('store', { ...memory, repoId } as Json, (store) =>
        store.store({
          ...maskJson(memory, mask),
          repoId,
          provenance: { runId, eventId: executionId, author: 'agent' },
        }),
      ),
    update: (id, changes) =>
      recorded('update', { id, changes } as Json, (memory) => memory.update(id, maskJson(changes, mask))),
  });
}
