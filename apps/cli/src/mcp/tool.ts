import type { Forge } from '@forge/core';
import type { z } from '@forge/plugin-api';
import type { ToolAnnotations } from '@modelcontextprotocol/sdk/types.js';
import type { World } from '../world.ts';
import type { LocalRuns } from './local-runs.ts';

/** What the tools of one server share. */
export interface McpContext {
  readonly forge: Forge;
  readonly world: World;
  /** Where runs are started. */
  readonly directory: string;
  /** The person lets the client decide what else only a person decides. */
  readonly allowApprove: boolean;
  readonly runs: LocalRuns;
  /** What the client calls itself. */
  clientName(): string;
}

/** One call of a tool. */
export interface McpCall extends McpContext {
  /** Aborts when the client cancels the call. */
  readonly signal: AbortSignal;
  /** Told to the client if it asked for it. `progress` only grows. */
  report(progress: number, message: string): void;
}

export interface McpTool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: z.ZodObject;
  /** Of what `run` gives; without it `run` gives a text. */
  readonly output?: z.ZodObject;
  readonly annotations: ToolAnnotations;
  run(input: never, call: McpCall): Promise<string | Record<string, unknown>>;
}

interface TypedTool<Input extends z.ZodObject, Output extends z.ZodObject>
  extends Omit<McpTool, 'input' | 'output' | 'run'> {
  readonly input: Input;
  readonly output: Output;
  run(input: z.output<Input>, call: McpCall): Promise<z.input<Output>>;
}

interface TextTool<Input extends z.ZodObject> extends Omit<McpTool, 'input' | 'output' | 'run'> {
  readonly input: Input;
  readonly output?: undefined;
  run(input: z.output<Input>, call: McpCall): Promise<string>;
}

/** Infers what `run` takes and gives from the schemas. */
export function defineMcpTool<Input extends z.ZodObject, Output extends z.ZodObject>(
  tool: TypedTool<Input, Output>,
): McpTool;
export function defineMcpTool<Input extends z.ZodObject>(tool: TextTool<Input>): McpTool;
export function defineMcpTool(tool: unknown): McpTool {
  return tool as McpTool;
}
