import { isForgeError, type Json, type Tool, type ToolOutcome } from '@forge/plugin-api';

/** As its tool words it; else the output itself, as JSON unless it is text. */
export async function succeeded(tool: Tool | undefined, output: Json): Promise<ToolOutcome> {
  const text = (await tool?.render?.(output)) ?? (typeof output === 'string' ? output : JSON.stringify(output));
  return { ok: true, output, text };
}

/** Without an output: what the call gave is not known, and nothing is made up. */
export function toldByPerson(by: string): ToolOutcome {
  const text = `Forge was interrupted during this call. ${by} looked and says that it was carried out. What it gave is not known. Do not make it again.`;
  return { ok: true, text, errorCode: 'OUTCOME_UNKNOWN' };
}

/** What the model is told in place of an output. */
export function failed(error: unknown): ToolOutcome {
  const message = error instanceof Error ? error.message : String(error);
  if (!isForgeError(error)) return { ok: false, text: message, errorCode: 'TOOL_FAILED' };
  const { why, fix } = error.details;
  return {
    ok: false,
    text: [message, why, fix].filter((part) => part !== undefined).join('\n'),
    errorCode: error.code,
  };
}
