import { asObject, asObjects, asText, type JsonObject } from '../json.ts';

const IMAGE_TYPES = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'];
const NAME = /^[a-zA-Z0-9_-]{1,128}$/;

const contentOf = (message: JsonObject | undefined): readonly JsonObject[] => asObjects(message?.content);

function checkShape(body: JsonObject): string | undefined {
  if (asText(body.model) === '') return 'model: Field required';
  if (typeof body.max_tokens !== 'number' || body.max_tokens < 1) return 'max_tokens: Field required';
  if (asObjects(body.messages).length === 0) return 'messages: at least one message is required';
  if (asObjects(body.messages)[0]?.role !== 'user') return 'messages: first message must use the "user" role';
  for (const [index, tool] of asObjects(body.tools).entries()) {
    if (!NAME.test(asText(tool.name))) return `tools.${index}.name: String should match pattern '${NAME.source}'`;
    if (asObject(tool.input_schema).type !== 'object')
      return `tools.${index}.input_schema.type: Input should be 'object'`;
  }
  const marks = JSON.stringify([body.tools, body.system, body.messages]).split('"cache_control":{').length - 1;
  if (marks > 4) return `A maximum of 4 blocks with cache_control may be provided. Found ${marks}.`;
  return undefined;
}

function checkContent(message: JsonObject, at: string): string | undefined {
  if (typeof message.content === 'string') {
    return message.content === '' ? `${at}: all messages must have non-empty content` : undefined;
  }
  const blocks = contentOf(message);
  if (blocks.length === 0) return `${at}: all messages must have non-empty content`;
  for (const block of blocks) {
    if (block.type === 'text' && asText(block.text).trim() === '') {
      return `${at}: text content blocks must contain non-whitespace text`;
    }
    const source = asObject(block.source);
    if (block.type === 'image' && source.type === 'base64' && !IMAGE_TYPES.includes(asText(source.media_type))) {
      return `${at}: source.media_type: Input should be ${IMAGE_TYPES.join(', ')}`;
    }
  }
  return undefined;
}

/** Each call must be answered in the very next message, results first, and nothing else may be answered. */
function checkCalls(messages: readonly JsonObject[]): string | undefined {
  const seen = new Set<string>();
  for (const [index, message] of messages.entries()) {
    const next = messages[index + 1];
    const calls = contentOf(message)
      .filter((block) => block.type === 'tool_use')
      .map((block) => asText(block.id));
    for (const id of calls) {
      if (seen.has(id)) return `messages.${index}: \`tool_use\` ids must be unique`;
      seen.add(id);
    }
    const answered = contentOf(next)
      .filter((block) => block.type === 'tool_result')
      .map((block) => asText(block.tool_use_id));
    const open = calls.filter((id) => answered.filter((other) => other === id).length !== 1);
    if (open.length > 0) {
      return `messages.${index}: \`tool_use\` ids were found without exactly one \`tool_result\` block immediately after: ${open.join(', ')}`;
    }
    const strange = answered.filter((id) => !calls.includes(id));
    if (strange.length > 0) {
      return `messages.${index + 1}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${strange.join(', ')}`;
    }
    const firstOther = contentOf(next).findIndex((block) => block.type !== 'tool_result');
    const lastResult = contentOf(next).findLastIndex((block) => block.type === 'tool_result');
    if (answered.length > 0 && firstOther !== -1 && firstOther < lastResult) {
      return `messages.${index + 1}: \`tool_result\` blocks must come before other content`;
    }
  }
  return undefined;
}

/** What the Messages API would refuse this body for, in about its words; `undefined` if it would take it. */
export function checkAnthropic(body: JsonObject, headers: Readonly<Record<string, string>>): string | undefined {
  if (headers['anthropic-version'] === undefined) return 'anthropic-version: header is required';
  const messages = asObjects(body.messages);
  for (const [index, message] of messages.entries()) {
    const problem = checkContent(message, `messages.${index}`);
    if (problem !== undefined) return problem;
  }
  return checkShape(body) ?? checkCalls(messages);
}
