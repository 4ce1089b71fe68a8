export type Protocol = 'anthropic' | 'openai';

/** What a request asks for. `chat` is the one that a script answers. */
export type Route = 'chat' | 'count-tokens' | 'models' | 'embeddings' | 'unknown';

/** How the answer ended: sent whole, broken as the script wanted, or left by the client before its end. */
export type RequestEnd = 'sent' | 'broken' | 'client-left';

export interface RequestCall {
  readonly id: string;
  readonly name: string;
  readonly input: unknown;
}

export interface RequestToolResult {
  readonly callId: string;
  readonly text: string;
  readonly isError: boolean;
}

/** One message of the conversation, the same shape whichever API it came through. */
export interface RequestMessage {
  readonly role: 'user' | 'assistant' | 'tool';
  readonly text: string;
  readonly calls: readonly RequestCall[];
  readonly results: readonly RequestToolResult[];
  readonly images: number;
  /** Thinking blocks that came back, as they are on the wire. */
  readonly thinking: readonly unknown[];
}

/** A request as the server saw it, parsed and raw. */
export interface ModelRequest {
  readonly protocol: Protocol;
  readonly route: Route;
  /** Position among the chat requests, from 0, in order of arrival; -1 for other routes. */
  readonly index: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
  readonly raw: string;
  /** Size of the raw body in bytes. */
  readonly bytes: number;
  readonly model: string;
  readonly streamed: boolean;
  readonly system: string;
  readonly messages: readonly RequestMessage[];
  /** Names of the tools offered, in order. */
  readonly tools: readonly string[];
  /** The tool that the request forces, if it does. */
  readonly forcedTool: string | undefined;
  /** The JSON schema asked for as structured output. */
  readonly schema: unknown;
  readonly maxTokens: number | undefined;
  /** What a prompt cache would key on: the JSON of each part in order, without cache marks. */
  readonly promptParts: readonly string[];
  /** Numbers of parts before each cache mark, rising. */
  readonly cacheMarks: readonly number[];
  /** Settles when the answer was sent whole, was broken as scripted, or the client went away. */
  readonly done: Promise<RequestEnd>;
}

/** What the parser of one API finds in a body. */
export type ParsedBody = Pick<
  ModelRequest,
  'system' | 'messages' | 'tools' | 'forcedTool' | 'schema' | 'maxTokens' | 'promptParts' | 'cacheMarks'
>;

/** The text of the last message that a person or the harness wrote. */
export const lastUserText = (request: Pick<ModelRequest, 'messages'>): string =>
  request.messages.findLast((message) => message.role === 'user' && message.text !== '')?.text ?? '';

/** How often the model has answered in this conversation. */
export const turnOf = (request: Pick<ModelRequest, 'messages'>): number =>
  request.messages.filter((message) => message.role === 'assistant').length;

/** System prompt and all text of the conversation. */
export const allText = (request: Pick<ModelRequest, 'messages' | 'system'>): string =>
  [request.system, ...request.messages.map((message) => message.text)].join('\n');
