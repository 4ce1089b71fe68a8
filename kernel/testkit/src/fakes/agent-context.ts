import {
  type AgentContext,
  type Answer,
  type ContextSnapshot,
  createContextBus,
  forgeError,
  type Json,
  type JsonObject,
  parseAnswer,
  type Question,
  type ToolOutcome,
  type ToolSpec,
} from '@forge/plugin-api';
import type { Reply } from '../model-server/reply.ts';
import { createMemoryMemoryStore } from './memory-memory-store.ts';
import { createRecordingLogger } from './recording-logger.ts';
import { createScriptedProvider } from './scripted-provider.ts';

export interface AgentContextOptions {
  /** What the model answers, in order. */
  readonly replies?: readonly Reply[];
  /** What a person answers, in order. */
  readonly answers?: readonly Answer[];
  readonly tools?: readonly ToolSpec[];
  /** Carries out a tool call. Default: says that it was done. */
  readonly callTool?: (name: string, input: JsonObject) => Promise<ToolOutcome>;
  readonly signal?: AbortSignal;
  readonly executionId?: string;
  /** What `ctx.shared` shows. Default: a requirement, and nothing else. */
  readonly shared?: Partial<ContextSnapshot>;
}

/** One thing that an agent did through its context. */
export interface AgentCall {
  readonly kind: 'chat' | 'tool' | 'ask' | 'step' | 'recall' | 'store' | 'update' | 'note' | 'emit';
  readonly with: Json;
}

export interface ScriptedAgentContext extends AgentContext {
  /** Everything that was asked of it, in order: what the kernel would journal. */
  readonly calls: readonly AgentCall[];
}

const nothingYet: ContextSnapshot = {
  requirement: { task: 'A task', constraints: [], acceptanceCriteria: [], images: [] },
  tasks: {},
  findings: [],
  tests: [],
};

const done = async (): Promise<ToolOutcome> => ({ ok: true, output: 'done', text: 'done' });

/** What an agent gets, without a kernel: model and person follow a script, nothing is kept. */
export function createAgentContext(options: AgentContextOptions = {}): ScriptedAgentContext {
  const { replies = [], answers = [], tools = [], callTool = done, executionId = 'planning/1' } = options;
  const signal = options.signal ?? new AbortController().signal;
  const provider = createScriptedProvider(replies);
  const memories = createMemoryMemoryStore();
  const waiting = [...answers];
  const calls: AgentCall[] = [];
  const note = (kind: AgentCall['kind'], what: unknown) => {
    signal.throwIfAborted();
    calls.push({ kind, with: JSON.parse(JSON.stringify(what)) as Json });
  };

  const chat: AgentContext['llm']['chat'] = async (request) => {
    note('chat', request);
    const model = provider.defaultModel ?? '';
    return provider.chat({ ...request, model }, { signal, callId: `run/${executionId}/${calls.length}` });
  };

  const bus: AgentContext['bus'] = {
    emit: async (event) => note('emit', event),
    on: () => () => {},
    replay: async () => [],
  };

  return {
    calls,
    runId: 'run',
    executionId,
    signal,
    log: createRecordingLogger(),
    llm: {
      chat,
      async object({ schema, name, ...request }) {
        const { content } = await chat({ ...request, output: { name, schema: {} } });
        const text = content.map((block) => (block.type === 'text' ? block.text : '')).join('');
        const parsed = parseAnswer(text, schema);
        if (parsed.ok) return parsed.value;
        throw forgeError('OUTPUT_INVALID', `The scripted answer does not fit: ${parsed.fault}`);
      },
      capabilities: provider.capabilities(''),
    },
    tools: {
      specs: tools,
      async call(name, input) {
        note('tool', { name, input });
        return callTool(name, input);
      },
    },
    memory: {
      async recall(query) {
        note('recall', query);
        return memories.recall({ ...query, repoId: 'here' });
      },
      async store(memory) {
        note('store', memory);
        return memories.store({ repoId: 'here', ...memory, provenance: { author: 'agent' } });
      },
      async update(id, changes) {
        note('update', { id, changes });
        return memories.update(id, changes);
      },
    },
    bus,
    shared: createContextBus({ ...nothingYet, ...structuredClone(options.shared) }, bus),
    safety: {
      state: { costUsd: 0, tokens: 0, iterations: 0, toolCalls: 0, elapsedMs: 0 },
      check: () => ({ shouldBreak: false }),
    },
    async ask(question: Question) {
      note('ask', question);
      const answer = waiting.shift();
      if (answer !== undefined) return answer;
      throw forgeError('WAITING_FOR_PERSON', `Nobody scripted an answer to "${question.question}"`);
    },
    async step(name, fn) {
      note('step', name);
      return fn();
    },
    progress() {},
    note: async (decision, rationale) => note('note', { decision, rationale }),
  };
}
