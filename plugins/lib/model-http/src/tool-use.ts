import type { JsonObject, ToolUseBlock } from '@forge/plugin-api';

/** A call as the model wrote it. Arguments that are no JSON object are kept as text; none at all are `{}`. */
export function toolUse(id: string, name: string, written: string): ToolUseBlock {
  const input = written.trim() === '' ? {} : tryObject(written);
  return input === undefined
    ? { type: 'tool_use', id, name, input: {}, invalidInput: written }
    : { type: 'tool_use', id, name, input };
}

function tryObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}
