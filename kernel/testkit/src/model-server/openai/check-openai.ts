import { asObject, asObjects, asText, type JsonObject, tryJson } from '../json.ts';

const NAME = /^[a-zA-Z0-9_-]{1,64}$/;

/** Each call must be answered by exactly one tool message before anything else is said. */
function checkCalls(messages: readonly JsonObject[]): string | undefined {
  let open: readonly string[] = [];
  for (const [index, message] of messages.entries()) {
    if (message.role === 'tool') {
      const id = asText(message.tool_call_id);
      if (!open.includes(id)) {
        return `Invalid parameter: messages with role 'tool' must be a response to a preceding message with 'tool_calls' (messages.[${index}])`;
      }
      open = open.filter((other) => other !== id);
      continue;
    }
    if (open.length > 0) {
      return `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id': ${open.join(', ')}`;
    }
    const calls = asObjects(message.tool_calls);
    open = calls.map((call) => asText(call.id));
    if (new Set(open).size < open.length) return `Duplicate value for 'tool_call_id' in messages.[${index}]`;
    const bad = calls.find((call) => tryJson(asText(asObject(call.function).arguments)) === undefined);
    if (bad) return `messages.[${index}].tool_calls: 'arguments' must be JSON`;
    if (calls.length === 0 && (message.content === undefined || message.content === null)) {
      return `Invalid value for 'content': expected a string, got null (messages.[${index}])`;
    }
  }
  return open.length > 0
    ? `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id': ${open.join(', ')}`
    : undefined;
}

/** What the chat completions API would refuse this body for, in about its words; `undefined` if it would take it. */
export function checkOpenAi(body: JsonObject): string | undefined {
  if (asText(body.model) === '') return 'you must provide a model parameter';
  const messages = asObjects(body.messages);
  if (messages.length === 0) return "'messages' is too short: expected at least 1 item";
  for (const [index, tool] of asObjects(body.tools).entries()) {
    if (!NAME.test(asText(asObject(tool.function).name))) {
      return `Invalid 'tools[${index}].function.name': string does not match pattern '${NAME.source}'`;
    }
  }
  const format = asObject(body.response_format);
  if (format.type === 'json_schema' && asText(asObject(format.json_schema).name) === '') {
    return "Missing required parameter: 'response_format.json_schema.name'";
  }
  return checkCalls(messages);
}
