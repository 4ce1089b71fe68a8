import type { z } from 'zod';
import type { EventBus } from './bus.ts';
import type { ContextBus } from './context-bus.ts';
import type { RequestImage } from './gate.ts';
import type { Json, JsonObject } from './json.ts';
import type { ChatRequest, ChatResponse, ModelCapabilities, ToolSpec } from './llm.ts';
import type { Memory, MemoryUpdate, NewMemory, RecallQuery, RecalledMemory } from './memory.ts';
import type { AgentInput, AgentOutput, AgentType } from './phase-io.ts';
import type { Logger } from './world.ts';

/**
 * Does the work of a phase. A stateless function of its input and its context: keep nothing between calls, change
 * neither, and let everything that is not deterministic (models, tools, memory, questions, clocks, randomness) go
 * through `ctx`. Then it survives a crash without knowing: the kernel calls `execute` again with the same input and
 * answers from its journal what was already done.
 */
export interface Agent<T extends AgentType = AgentType> {
  readonly id: string;
  readonly type: T;
  /** One line for `forge agents`. */
  readonly description?: string;
  execute(input: AgentInput<T>, ctx: AgentContext): Promise<AgentOutput<T>>;
}

/** Infers the types of input and output from the agent's type. */
export function defineAgent<const T extends AgentType>(agent: Agent<T>): Agent<T> {
  return agent;
}

export interface AgentContext {
  readonly runId: string;
  readonly executionId: string;
  readonly llm: AgentLLM;
  readonly tools: AgentTools;
  readonly memory: AgentMemory;
  readonly bus: EventBus;
  /** What the run has come to, as it was when the execution began. */
  readonly shared: ContextBus;
  readonly safety: SafetyControls;
  /** Asks a person. Rejects when the run must park until an answer comes. */
  ask(question: Question): Promise<Answer>;
  /** Runs `fn` once in the life of the run and remembers its JSON result, for whatever else is not deterministic. */
  step<T extends Json>(name: string, fn: () => Promise<T>): Promise<T>;
  /** A few words on what is being done, for who watches. Not remembered. */
  progress(message: string): void;
  /** A decision and its reason, kept in the log. */
  note(decision: string, rationale: string): Promise<void>;
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/** As `ChatRequest`, without what configuration decides. */
export type AgentChatRequest = Omit<ChatRequest, 'model'>;

export interface AgentLLM {
  /** Journaled, retried, budgeted. Rejects with LLM_… or BREAKER_… errors. */
  chat(request: AgentChatRequest): Promise<ChatResponse>;
  /** A reply that fits the schema. A reply that does not is sent back with its faults, twice at most. */
  object<T extends z.ZodType>(
    request: Omit<AgentChatRequest, 'output'> & { readonly schema: T; readonly name: string },
  ): Promise<z.output<T>>;
  readonly capabilities: ModelCapabilities;
}

export interface ToolOutcome {
  readonly ok: boolean;
  /** The tool's output; undefined when it failed. */
  readonly output?: Json | undefined;
  /** What the model reads: the rendered output, or what went wrong. */
  readonly text: string;
  readonly errorCode?: string | undefined;
}

export interface AgentTools {
  /** The tools that this execution may use, in a fixed order. */
  readonly specs: readonly ToolSpec[];
  /** Never rejects for what the tool or its caller did wrong: the outcome says so, for the model to read. */
  call(name: string, input: JsonObject): Promise<ToolOutcome>;
}

export interface AgentMemory {
  recall(query: Omit<RecallQuery, 'repoId'>): Promise<readonly RecalledMemory[]>;
  /** `repoId` defaults to the run's repository; provenance is the run's. */
  store(memory: Omit<NewMemory, 'repoId' | 'provenance'> & { readonly repoId?: string }): Promise<Memory>;
  update(id: string, changes: MemoryUpdate): Promise<Memory>;
}

export interface Question {
  readonly question: string;
  readonly why?: string;
  readonly options?: readonly { readonly id: string; readonly label: string }[];
  /** At most four, of 2 MB each: `data` is Base64, `alt` says what is on it. Others reject with INPUT_INVALID. */
  readonly images?: readonly {
    readonly mediaType: RequestImage['mediaType'];
    readonly data: string;
    readonly alt: string;
  }[];
  /** What is assumed when nobody answers in time. Without it the run parks. */
  readonly assumption?: string;
}

export interface Answer {
  readonly answer: string;
  /** `assumption`: nobody answered in time. */
  readonly by: 'person' | 'assumption';
}

export interface ExecutionState {
  readonly costUsd: number;
  readonly tokens: number;
  readonly iterations: number;
  readonly toolCalls: number;
  readonly elapsedMs: number;
}

export interface BreakerResult {
  readonly shouldBreak: boolean;
  readonly breaker?: string;
  readonly reason?: string;
}

/** The kernel checks before every call by itself; an agent may look ahead. State is the execution's own. */
export interface SafetyControls {
  readonly state: ExecutionState;
  check(): BreakerResult;
}
