import type { JsonObject } from '@forge/plugin-api';

/** One reply of the model: a few words and the tools it asks for, or its answer. */
export type Turn = { readonly say: string; readonly calls: readonly ToolRequest[] } | { readonly answer: JsonObject };

export interface ToolRequest {
  readonly tool: string;
  readonly input: JsonObject;
}

/** All that the model says in one execution, in order. */
export interface Dialogue {
  /** As the engine names it: `<phase>/<task or round>/<attempt>`. */
  readonly executionId: string;
  readonly turns: readonly Turn[];
}

export const read = (path: string): ToolRequest => ({ tool: 'fs_read', input: { path } });
export const write = (path: string, content: string): ToolRequest => ({ tool: 'fs_write', input: { path, content } });
export const run = (command: string): ToolRequest => ({ tool: 'shell', input: { command } });

/** Replaces pieces of a file, each of which must occur once. */
export function edit(path: string, ...edits: readonly { readonly old: string; readonly new: string }[]): ToolRequest {
  return { tool: 'fs_edit', input: { path, edits } };
}
