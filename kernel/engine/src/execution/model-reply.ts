import {
  forgeError,
  type ChatRequest,
  type ChatResponse,
  type ContentBlock,
  type ModelCapabilities,
} from '@forge/plugin-api';

/** A reply that the engine can work with. Throws LLM_BAD_REPLY (transient) for an empty one. */
export function checkedReply(reply: ChatResponse): ChatResponse {
  const says = reply.content.some(
    (block) => block.type === 'tool_use' || (block.type === 'text' && block.text.trim() !== ''),
  );
  if (!says && reply.stopReason !== 'refusal') {
    throw forgeError('LLM_BAD_REPLY', 'The model gave an empty reply', { transient: true });
  }
  return { ...reply, content: withUniqueCallIds(reply.content) };
}

/** Each `tool_use` must be answered exactly once, which needs ids that differ; some models repeat them. */
function withUniqueCallIds(content: readonly ContentBlock[]): readonly ContentBlock[] {
  const seen = new Set<string>();
  return content.map((block) => {
    if (block.type !== 'tool_use') return block;
    let id = block.id;
    for (let copy = 2; seen.has(id); copy += 1) id = `${block.id}-${copy}`;
    seen.add(id);
    return id === block.id ? block : { ...block, id };
  });
}

/** For models whose provider cannot enforce a schema: it is asked for in words instead. */
export function withSchemaInPrompt(request: ChatRequest, capabilities: ModelCapabilities): ChatRequest {
  if (request.output === undefined || capabilities.structuredOutput) return request;
  const { output, ...rest } = request;
  const demand = `When you need no more tools, answer with nothing but one JSON object "${output.name}" that fits this JSON Schema:\n${JSON.stringify(output.schema)}`;
  return { ...rest, system: `${rest.system}\n\n${demand}` };
}
