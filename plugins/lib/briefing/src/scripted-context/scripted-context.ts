import {
  parseAnswer,
  type AgentChatRequest,
  type AgentContext,
  type Answer,
  type ChatResponse,
  type Json,
  type JsonObject,
  type Question,
  type RecalledMemory,
  type ToolSpec,
} from '@forge/plugin-api';

export interface Script {
  /** The model's replies in order: a value is an answer in JSON, `calls` asks for tools. */
  readonly replies: readonly (
    | Json
    | { readonly calls: readonly { readonly name: string; readonly input: JsonObject }[] }
  )[];
  readonly tools?: readonly ToolSpec[];
  /** Contents of what the memory recalls, whatever is asked. */
  readonly memories?: readonly string[];
  /** Answers to questions, in order. */
  readonly answers?: readonly Answer[];
}

export interface ScriptedContext {
  readonly ctx: AgentContext;
  readonly requests: AgentChatRequest[];
  readonly toolCalls: { readonly name: string; readonly input: JsonObject }[];
  readonly questions: Question[];
  readonly notes: string[];
}

/** An agent's context without a kernel, for tests of agents: the model and the person follow a script. */
export function scriptedContext(script: Script): ScriptedContext {
  const replies = [...script.replies];
  const answers = [...(script.answers ?? [])];
  const seen: Omit<ScriptedContext, 'ctx'> = { requests: [], toolCalls: [], questions: [], notes: [] };

  const chat = async (request: AgentChatRequest): Promise<ChatResponse> => {
    seen.requests.push(structuredClone(request));
    if (replies.length === 0) throw new Error('the script has no more replies');
    return replyOf(replies.shift() as Script['replies'][number], seen.requests.length);
  };
  const missing = () => {
    throw new Error('not part of this script');
  };
  const ctx: AgentContext = {
    runId: 'run',
    executionId: 'phase/key/1',
    llm: {
      chat,
      async object({ schema, name, ...request }) {
        const reply = await chat({ ...request, output: { name, schema: {} } });
        const parsed = parseAnswer(textOf(reply), schema);
        if (!parsed.ok) throw new Error(parsed.fault);
        return parsed.value;
      },
      capabilities: {
        contextTokens: 100_000,
        maxOutputTokens: 8_000,
        tools: true,
        images: true,
        structuredOutput: true,
      },
    },
    tools: {
      specs: script.tools ?? [],
      async call(name, input) {
        seen.toolCalls.push({ name, input });
        return { ok: true, text: `result of ${name}` };
      },
    },
    memory: { recall: async () => recalled(script.memories ?? []), store: missing, update: missing },
    bus: { emit: missing, on: missing, replay: missing },
    safety: {
      state: { costUsd: 0, tokens: 0, iterations: 0, toolCalls: 0, elapsedMs: 0 },
      check: () => ({ shouldBreak: false }),
    },
    async ask(question) {
      seen.questions.push(question);
      const answer = answers.shift();
      if (answer === undefined) throw new Error(`nobody answers "${question.question}"`);
      return answer;
    },
    step: (_name, fn) => fn(),
    progress() {},
    async note(decision, rationale) {
      seen.notes.push(`${decision}: ${rationale}`);
    },
    signal: new AbortController().signal,
    log: { debug() {}, info() {}, warn() {}, error() {} },
  };
  return { ctx, ...seen };
}

function recalled(contents: readonly string[]): readonly RecalledMemory[] {
  return contents.map((content, index) => ({
    id: `memory-${index}`,
    repoId: 'repository',
    type: 'semantic',
    content,
    context: '',
    confidence: 1,
    provenance: { author: 'agent' },
    tags: [],
    createdAt: 0,
    updatedAt: 0,
    score: 1,
  }));
}

function replyOf(reply: Script['replies'][number], turn: number): ChatResponse {
  const calls = callsOf(reply);
  if (calls === undefined) {
    return { model: 'scripted', content: [{ type: 'text', text: JSON.stringify(reply) }], stopReason: 'end' };
  }
  const content = calls.map((call, index) => ({ type: 'tool_use' as const, id: `call-${turn}-${index}`, ...call }));
  return { model: 'scripted', content, stopReason: 'tool_use' };
}

function callsOf(reply: unknown): readonly { readonly name: string; readonly input: JsonObject }[] | undefined {
  if (typeof reply !== 'object' || reply === null || !('calls' in reply)) return undefined;
  return reply.calls as readonly { readonly name: string; readonly input: JsonObject }[];
}

function textOf(reply: ChatResponse): string {
  return reply.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
}
