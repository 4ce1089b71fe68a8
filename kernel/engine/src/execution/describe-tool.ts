import { type JsonObject, type JsonSchema, type Tool, type ToolSpec, z } from '@forge/plugin-api';

/** As a model is told of it. */
export function specOf(tool: Tool): ToolSpec {
  const { $schema: _dialect, ...inputSchema } = z.toJSONSchema(tool.schema.input, { io: 'input' }) as JsonSchema;
  return { name: tool.name, description: tool.description, inputSchema };
}

/** Words for a display must not fail a call whose arguments are yet to be checked. */
export function describeCall(tool: Tool | undefined, name: string, input: JsonObject): string | Promise<string> {
  try {
    const words = tool?.describe?.(input) ?? name;
    return typeof words === 'string' ? words : words.catch(() => name);
  } catch {
    return name;
  }
}

/** Undefined when it does not say. A tool that fails to say may change anything. */
export async function touchedBy(tool: Tool | undefined, input: JsonObject): Promise<readonly string[] | undefined> {
  try {
    const checked = tool?.touches === undefined ? undefined : tool.schema.input.safeParse(input);
    return checked?.success === true ? await tool?.touches?.(checked.data) : undefined;
  } catch {
    return undefined;
  }
}
