import type { ChatRequest, ContentBlock, Json, JsonSchema, Message } from '@forge/plugin-api';
import type OpenAI from 'openai';

export const PROVIDER = 'openai-compatible';

type Param = OpenAI.ChatCompletionMessageParam;
type Params = OpenAI.ChatCompletionCreateParamsStreaming;

/** Reasoning of a server that wants it back, under the name it came by. */
export interface OpaqueData {
  readonly [key: string]: Json;
  readonly model: string;
  readonly field: string;
  readonly text: string;
}

export interface Encoding {
  readonly maxOutputTokens: number;
  readonly structuredOutput: boolean;
  /** OpenAI knows only the newer name, most other servers only the older. */
  readonly limitField: 'max_completion_tokens' | 'max_tokens';
}

/** The request as the chat completions API wants it. The same conversation gives the same bytes. */
export function toOpenAi(request: ChatRequest, encoding: Encoding): Params {
  const { tools, output, toolChoice } = request;
  const system: Param[] = request.system === '' ? [] : [{ role: 'system', content: request.system }];
  return {
    model: request.model,
    messages: [...system, ...request.messages.flatMap((message) => paramsOf(message, request.model))],
    stream: true,
    stream_options: { include_usage: true },
    [encoding.limitField]: request.maxOutputTokens ?? encoding.maxOutputTokens,
    ...(tools?.length && {
      tools: tools.map((tool) => ({
        type: 'function' as const,
        function: { name: tool.name, description: tool.description, parameters: tool.inputSchema as Parameters },
      })),
    }),
    ...(tools?.length && toolChoice && toolChoice !== 'auto' && { tool_choice: toolChoice }),
    ...(output && encoding.structuredOutput && { response_format: formatOf(output) }),
  };
}

type Parameters = Record<string, unknown>;

function formatOf({ name, schema }: NonNullable<ChatRequest['output']>): OpenAI.ResponseFormatJSONSchema {
  const plain = name.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, 64);
  return {
    type: 'json_schema',
    json_schema: { name: plain || 'output', schema: schema as Parameters, strict: isClosed(schema) },
  };
}

/** Whether the API's strict mode takes the schema: every object is closed and every property required. */
export function isClosed(schema: Json | JsonSchema | undefined): boolean {
  if (Array.isArray(schema)) return schema.every(isClosed);
  if (typeof schema !== 'object' || schema === null) return true;
  const fields = schema as JsonSchema;
  if (fields.type === 'object') {
    const names = Object.keys((fields.properties ?? {}) as object);
    const required = Array.isArray(fields.required) ? (fields.required as readonly Json[]) : [];
    if (fields.additionalProperties !== false || names.some((name) => !required.includes(name))) return false;
  }
  return Object.values(fields).every(isClosed);
}

/** Results become messages of their own, before what the user says beside them. */
function paramsOf(message: Message, model: string): Param[] {
  if (message.role === 'assistant') return assistantParam(message.content, model);
  const results = message.content.flatMap((block): Param[] =>
    block.type === 'tool_result' ? [{ role: 'tool', tool_call_id: block.toolUseId, content: block.text }] : [],
  );
  return [...results, ...userParam(message.content)];
}

const textOf = (content: readonly ContentBlock[]): string =>
  content.flatMap((block) => (block.type === 'text' && block.text !== '' ? [block.text] : [])).join('\n\n');

function userParam(content: readonly ContentBlock[]): Param[] {
  if (!content.some((block) => block.type === 'image')) {
    const text = textOf(content);
    return text === '' ? [] : [{ role: 'user', content: text }];
  }
  const parts = content.flatMap((block): OpenAI.ChatCompletionContentPart[] => {
    if (block.type === 'text' && block.text !== '') return [{ type: 'text', text: block.text }];
    if (block.type !== 'image') return [];
    return [{ type: 'image_url', image_url: { url: `data:${block.mediaType};base64,${block.data}` } }];
  });
  return [{ role: 'user', content: parts }];
}

function assistantParam(content: readonly ContentBlock[], model: string): Param[] {
  const text = textOf(content);
  const calls = content.flatMap((block): OpenAI.ChatCompletionMessageFunctionToolCall[] =>
    block.type === 'tool_use'
      ? [{ id: block.id, type: 'function', function: { name: block.name, arguments: JSON.stringify(block.input) } }]
      : [],
  );
  if (text === '' && calls.length === 0) return [];
  return [
    {
      role: 'assistant',
      content: text === '' ? null : text,
      ...(calls.length > 0 && { tool_calls: calls }),
      ...reasoningOf(content, model),
    },
  ];
}

function reasoningOf(content: readonly ContentBlock[], model: string): Record<string, string> {
  for (const block of content) {
    if (block.type !== 'opaque' || block.provider !== PROVIDER) continue;
    const data = block.data as OpaqueData;
    if (data.model === model) return { [data.field]: data.text };
  }
  return {};
}
