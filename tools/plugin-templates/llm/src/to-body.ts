import type { ChatRequest, ContentBlock, JsonObject, Message } from '@forge/plugin-api';

/** A request as the chat completions API takes it. */
export function toBody({
  model,
  system,
  messages,
  tools = [],
  toolChoice,
  output,
  maxOutputTokens = 16_384,
}: ChatRequest) {
  return {
    model,
    messages: [{ role: 'system', content: system }, ...messages.flatMap(toMessages)],
    max_tokens: maxOutputTokens,
    stream: true,
    stream_options: { include_usage: true },
    ...(tools.length > 0 && {
      tools: tools.map(({ name, description, inputSchema: parameters }) => ({
        type: 'function',
        function: { name, description, parameters },
      })),
      ...(toolChoice !== undefined && { tool_choice: toolChoice }),
    }),
    ...(output !== undefined && {
      response_format: { type: 'json_schema', json_schema: { name: output.name, schema: output.schema } },
    }),
  };
}

function toMessages({ role, content }: Message): JsonObject[] {
  return role === 'assistant' ? assistantMessage(content) : [...results(content), ...userMessage(content)];
}

function assistantMessage(content: readonly ContentBlock[]): JsonObject[] {
  const text = content.map((block) => (block.type === 'text' ? block.text : '')).join('');
  const calls = content.flatMap((block) =>
    block.type === 'tool_use'
      ? [{ id: block.id, type: 'function', function: { name: block.name, arguments: JSON.stringify(block.input) } }]
      : [],
  );
  if (text === '' && calls.length === 0) return [];
  // The API wants null where there is no text.
  return [{ role: 'assistant', content: text || null, ...(calls.length > 0 && { tool_calls: calls }) }];
}

function results(content: readonly ContentBlock[]): JsonObject[] {
  return content.flatMap((block) =>
    block.type === 'tool_result'
      ? [{ role: 'tool', tool_call_id: block.toolUseId, content: block.isError ? `Error: ${block.text}` : block.text }]
      : [],
  );
}

function userMessage(content: readonly ContentBlock[]): JsonObject[] {
  const parts = content.flatMap((block): JsonObject[] => {
    if (block.type === 'text') return [{ type: 'text', text: block.text }];
    if (block.type !== 'image') return [];
    return [{ type: 'image_url', image_url: { url: `data:${block.mediaType};base64,${block.data}` } }];
  });
  return parts.length === 0 ? [] : [{ role: 'user', content: parts }];
}
