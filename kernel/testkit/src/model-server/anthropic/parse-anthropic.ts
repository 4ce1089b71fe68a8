import { asObject, asObjects, asText, isObject, type JsonObject } from '../json.ts';
import type { ParsedBody, RequestMessage } from '../model-request.ts';

const blocksOf = (content: unknown): readonly JsonObject[] =>
  typeof content === 'string' ? [{ type: 'text', text: content }] : asObjects(content);

const textOf = (content: unknown): string =>
  blocksOf(content)
    .filter((block) => block.type === 'text')
    .map((block) => asText(block.text))
    .join('\n');

function parseMessage(message: JsonObject): RequestMessage {
  const blocks = blocksOf(message.content);
  const results = blocks.filter((block) => block.type === 'tool_result');
  const imagesIn = (content: unknown) => blocksOf(content).filter((block) => block.type === 'image').length;
  return {
    role: message.role === 'assistant' ? 'assistant' : results.length > 0 ? 'tool' : 'user',
    text: textOf(message.content),
    calls: blocks
      .filter((block) => block.type === 'tool_use')
      .map((block) => ({ id: asText(block.id), name: asText(block.name), input: block.input })),
    results: results.map((block) => ({
      callId: asText(block.tool_use_id),
      text: textOf(block.content),
      isError: block.is_error === true,
    })),
    images: imagesIn(message.content) + results.reduce((sum, block) => sum + imagesIn(block.content), 0),
    thinking: blocks.filter((block) => block.type === 'thinking' || block.type === 'redacted_thinking'),
  };
}

/** A Messages API body, in the server's own terms. */
export function parseAnthropic(body: JsonObject): ParsedBody {
  const parts: string[] = [];
  const marks: number[] = [];
  const add = (role: string, block: JsonObject): void => {
    const { cache_control: mark, ...rest } = block;
    parts.push(`${role} ${JSON.stringify(rest)}`);
    if (isObject(mark)) marks.push(parts.length);
  };
  for (const tool of asObjects(body.tools)) add('tool', tool);
  for (const block of blocksOf(body.system ?? [])) add('system', block);
  for (const message of asObjects(body.messages)) {
    for (const block of blocksOf(message.content)) add(asText(message.role), block);
  }
  if (isObject(body.cache_control)) marks.push(parts.length);

  const choice = asObject(body.tool_choice);
  const format = asObject(asObject(body.output_config).format);
  return {
    system: textOf(body.system ?? []),
    messages: asObjects(body.messages).map(parseMessage),
    tools: asObjects(body.tools).map((tool) => asText(tool.name)),
    forcedTool: choice.type === 'tool' ? asText(choice.name) : undefined,
    schema: format.type === 'json_schema' ? format.schema : undefined,
    maxTokens: typeof body.max_tokens === 'number' ? body.max_tokens : undefined,
    promptParts: parts,
    cacheMarks: marks,
  };
}
