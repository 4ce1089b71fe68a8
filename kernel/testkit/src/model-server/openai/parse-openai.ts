import { asObject, asObjects, asText, type JsonObject, tryJson } from '../json.ts';
import type { ParsedBody, RequestMessage } from '../model-request.ts';

const partsOf = (content: unknown): readonly JsonObject[] =>
  typeof content === 'string' ? [{ type: 'text', text: content }] : asObjects(content);

const textOf = (content: unknown): string =>
  partsOf(content)
    .filter((part) => part.type === 'text')
    .map((part) => asText(part.text))
    .join('\n');

function parseMessage(message: JsonObject): RequestMessage {
  const isTool = message.role === 'tool';
  const text = textOf(message.content);
  return {
    role: isTool ? 'tool' : message.role === 'assistant' ? 'assistant' : 'user',
    text: isTool ? '' : text,
    calls: asObjects(message.tool_calls).map((call) => {
      const { name, arguments: input } = asObject(call.function);
      return { id: asText(call.id), name: asText(name), input: tryJson(asText(input)) };
    }),
    results: isTool ? [{ callId: asText(message.tool_call_id), text, isError: false }] : [],
    images: partsOf(message.content).filter((part) => part.type === 'image_url').length,
    thinking: [],
  };
}

const isSystem = (message: JsonObject): boolean => message.role === 'system' || message.role === 'developer';

/** A chat completions body, in the server's own terms. */
export function parseOpenAi(body: JsonObject): ParsedBody {
  const messages = asObjects(body.messages);
  const parts = [
    ...asObjects(body.tools).map((tool) => `tool ${JSON.stringify(tool)}`),
    ...messages.map((message) => `${asText(message.role)} ${JSON.stringify(message)}`),
  ];
  const format = asObject(body.response_format);
  const forced = asText(asObject(asObject(body.tool_choice).function).name);
  const limit = body.max_completion_tokens ?? body.max_tokens;
  return {
    system: messages
      .filter(isSystem)
      .map((message) => textOf(message.content))
      .join('\n'),
    messages: messages.filter((message) => !isSystem(message)).map(parseMessage),
    tools: asObjects(body.tools).map((tool) => asText(asObject(tool.function).name)),
    forcedTool: forced === '' ? undefined : forced,
    schema: format.type === 'json_schema' ? asObject(format.json_schema).schema : undefined,
    maxTokens: typeof limit === 'number' ? limit : undefined,
    promptParts: parts,
    // The cache of this API needs no marks: any common prefix counts.
    cacheMarks: parts.map((_, index) => index + 1),
  };
}
