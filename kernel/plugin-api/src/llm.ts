import type { Json, JsonObject, JsonSchema } from './json.ts';

export type ContentBlock = TextBlock | ImageBlock | ToolUseBlock | ToolResultBlock | OpaqueBlock;

export interface TextBlock {
  readonly type: 'text';
  readonly text: string;
}

export interface ImageBlock {
  readonly type: 'image';
  /** For example `image/png`. */
  readonly mediaType: string;
  /** Base64, without a `data:` prefix. */
  readonly data: string;
}

/** The model asks for a tool. Answered by exactly one `tool_result` with the same id. */
export interface ToolUseBlock {
  readonly type: 'tool_use';
  readonly id: string;
  readonly name: string;
  readonly input: JsonObject;
  /** Set when the model's arguments were no JSON object: the text as it came. `input` is then `{}`. */
  readonly invalidInput?: string | undefined;
}

export interface ToolResultBlock {
  readonly type: 'tool_result';
  readonly toolUseId: string;
  readonly text: string;
  readonly isError?: boolean;
}

/** Something of one provider (reasoning, signatures) that must be passed back unchanged in the next request. */
export interface OpaqueBlock {
  readonly type: 'opaque';
  readonly provider: string;
  readonly data: Json;
}

export interface Message {
  readonly role: 'user' | 'assistant';
  readonly content: readonly ContentBlock[];
}

export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonSchema;
}

export interface ChatRequest {
  /** A model of the provider's. The kernel fills it in from configuration; agents leave it out. */
  readonly model: string;
  /** Must stay the same from turn to turn: it begins the prefix that providers cache. */
  readonly system: string;
  readonly messages: readonly Message[];
  readonly tools?: readonly ToolSpec[];
  /** `auto` (default): the model decides. `required`: some tool. `none`: no tool. */
  readonly toolChoice?: 'auto' | 'required' | 'none';
  /** The final text must be JSON that fits the schema. Tools may be used before it. */
  readonly output?: { readonly name: string; readonly schema: JsonSchema };
  /** In tokens. Default: the model's own limit or 16,384, whichever is less. */
  readonly maxOutputTokens?: number;
}

export interface Usage {
  /** Tokens read at full price, neither read from nor written to a cache. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
}

/** Why the model stopped. `output_limit`: cut by `maxOutputTokens`. */
export type StopReason = 'end' | 'tool_use' | 'output_limit' | 'refusal';

export interface ChatResponse {
  /** The model that answered, as the provider names it. */
  readonly model: string;
  readonly content: readonly ContentBlock[];
  readonly stopReason: StopReason;
  /** Missing when the provider does not say; the kernel then books what it had reserved. */
  readonly usage?: Usage | undefined;
}

/** US dollars per million tokens. */
export interface Price {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  /** The day on which these figures were right, `YYYY-MM-DD`. */
  readonly asOf: string;
}

export interface ModelCapabilities {
  readonly contextTokens: number;
  readonly maxOutputTokens: number;
  readonly tools: boolean;
  readonly images: boolean;
  /** The provider itself enforces `ChatRequest.output`. If false, the kernel puts the schema into the prompt. */
  readonly structuredOutput: boolean;
  /** Undefined for a model whose price is not known: tokens are counted, money is shown as `$?`. */
  readonly price?: Price | undefined;
}

export interface ChatCall {
  /** Aborting rejects with the signal's reason; nothing of the reply is kept. */
  readonly signal: AbortSignal;
  /**
   * Stable over retries and resumes: `<runId>/<execution>/<n>`, the n-th model call of the execution. Recordings are
   * keyed by all but the run's id.
   */
  readonly callId: string;
  /** Called with each piece of text as it arrives. Display only. */
  readonly onText?: (text: string) => void;
}

/**
 * A language model behind some API. The kernel owns retries, budget, time limits and the journal: an implementation
 * makes one attempt and says honestly how it ended.
 *
 * `chat` resolves only with a whole reply. It rejects with a ForgeError whose code starts with `LLM_`, with
 * `details.transient` set when another try may help and `details.retryAfterMs` when the server named a time. A stream
 * that was cut is `LLM_CUT` (transient), with `details.receivedBytes` if known (else the whole reservation counts as paid); a stream without bytes for 60 s is `LLM_TIMEOUT` (transient); an exhausted
 * spend limit is `LLM_SPEND_LIMIT` (not transient); tool arguments that are no JSON object are no error but a
 * `tool_use` block with `invalidInput`.
 */
export interface LLMProvider {
  readonly name: string;
  /** The model used when configuration names none. One that is only known by looking is told by `probe`. */
  readonly defaultModel?: string | undefined;
  chat(request: ChatRequest, call: ChatCall): Promise<ChatResponse>;
  capabilities(model: string): ModelCapabilities | Promise<ModelCapabilities>;
  /** Exact input tokens of a request. Without it the kernel estimates (bytes / 3). */
  countTokens?(request: ChatRequest, call: { readonly signal: AbortSignal }): Promise<number>;
  /** Without it the memory store uses its own lexical vectors. */
  embed?(text: string, call: { readonly signal: AbortSignal }): Promise<Float32Array>;
  /** Cheap check that it could be used now: a key is there, a server answers. Costs no tokens that are paid for. */
  probe?(call: { readonly signal: AbortSignal }): Promise<ModelProbe>;
}

export interface ProbeResult {
  readonly ok: boolean;
  /** Why not, or what was found, in one line. */
  readonly detail: string;
}

export interface ModelProbe extends ProbeResult {
  /** The model to use when configuration names none and there is no `defaultModel`. */
  readonly model?: string | undefined;
}
