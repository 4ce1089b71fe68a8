import type Anthropic from '@anthropic-ai/sdk';
import type { ChatRequest, ContentBlock, Json, Message, ToolSpec } from '@forge/plugin-api';

export const PROVIDER = 'anthropic';

type Block = Anthropic.ContentBlockParam;
type Params = Anthropic.MessageCreateParamsStreaming;

/** An opaque block of this provider. Thinking can be read only by the model that wrote it, so that is kept too. */
export interface OpaqueData {
  readonly [key: string]: Json;
  readonly model: string;
  readonly block: Json;
}

export interface Encoding {
  readonly maxOutputTokens: number;
  readonly structuredOutput: boolean;
  readonly forcedTools: boolean;
  readonly effort: 'low' | 'medium' | 'high' | 'xhigh' | 'max' | undefined;
  /** Makes a JSON Schema fit what the API enforces. */
  readonly transformSchema: (schema: Record<string, unknown>) => Record<string, unknown>;
}

/** The request as the Messages API wants it. The same conversation gives the same bytes, but for the cache marks. */
export function toAnthropic(request: ChatRequest, encoding: Encoding): Params {
  const messages = request.messages
    .map((message) => ({ role: message.role, content: blocksOf(message, request.model) }))
    .filter(({ content }) => content.length > 0);
  const outputConfig = outputConfigOf(request, encoding);
  return {
    model: request.model,
    max_tokens: request.maxOutputTokens ?? encoding.maxOutputTokens,
    stream: true,
    ...(request.tools?.length && { tools: request.tools.map(toolOf) }),
    ...(request.system !== '' && { system: [{ type: 'text', text: request.system, cache_control: MARK }] }),
    messages: marked(messages),
    ...toolChoiceOf(request, encoding),
    ...(outputConfig && { output_config: outputConfig }),
  };
}

const MARK = { type: 'ephemeral' } as const;

const toolOf = (tool: ToolSpec): Anthropic.Tool => ({
  name: tool.name,
  description: tool.description,
  input_schema: tool.inputSchema as unknown as Anthropic.Tool.InputSchema,
});

function toolChoiceOf(request: ChatRequest, { forcedTools }: Encoding): Pick<Params, 'tool_choice'> {
  if (!request.tools?.length) return {};
  if (request.toolChoice === 'none') return { tool_choice: { type: 'none' } };
  return request.toolChoice === 'required' && forcedTools ? { tool_choice: { type: 'any' } } : {};
}

function outputConfigOf(request: ChatRequest, encoding: Encoding): Anthropic.OutputConfig | undefined {
  const schema = encoding.structuredOutput ? request.output?.schema : undefined;
  if (schema === undefined && encoding.effort === undefined) return undefined;
  return {
    ...(encoding.effort && { effort: encoding.effort }),
    ...(schema && { format: { type: 'json_schema', schema: encoding.transformSchema(schema) } }),
  };
}

/** Results come first in a message, as the API demands; whatever is empty is left out, as it demands too. */
function blocksOf(message: Message, model: string): Block[] {
  const blocks = message.content.flatMap((block) => blockOf(block, model));
  return [
    ...blocks.filter((block) => block.type === 'tool_result'),
    ...blocks.filter((block) => block.type !== 'tool_result'),
  ];
}

function blockOf(block: ContentBlock, model: string): Block[] {
  switch (block.type) {
    case 'text':
      return block.text.trim() === '' ? [] : [{ type: 'text', text: block.text }];
    case 'image': {
      const media = block.mediaType as Anthropic.Base64ImageSource['media_type'];
      return [{ type: 'image', source: { type: 'base64', media_type: media, data: block.data } }];
    }
    case 'tool_use':
      return [{ type: 'tool_use', id: block.id, name: block.name, input: block.input }];
    case 'tool_result':
      return [
        {
          type: 'tool_result',
          tool_use_id: block.toolUseId,
          ...(block.text !== '' && { content: block.text }),
          ...(block.isError && { is_error: true }),
        },
      ];
    case 'opaque': {
      const data = block.data as OpaqueData;
      return block.provider === PROVIDER && data.model === model ? [data.block as unknown as Block] : [];
    }
  }
}

type MessageParam = { role: 'user' | 'assistant'; content: Block[] };

/**
 * Cache marks at the end of the last two messages of the user: the one writes what the next turn reads, the other
 * finds what the turn before wrote, however many blocks lie between. With the mark on the system prompt, which covers
 * the tools too, that makes three of the four allowed.
 */
function marked(messages: readonly MessageParam[]): Anthropic.MessageParam[] {
  const users = messages.flatMap((message, index) => (message.role === 'user' ? [index] : []));
  const chosen = new Set(users.slice(-2));
  return messages.map((message, index) => {
    const last = message.content.at(-1);
    if (!chosen.has(index) || last === undefined) return message;
    return { ...message, content: [...message.content.slice(0, -1), { ...last, cache_control: MARK } as Block] };
  });
}
