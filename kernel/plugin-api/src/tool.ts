import type { z } from 'zod';
import type { Usage } from './llm.ts';
import type { Command, CommandResult } from './sandbox.ts';
import type { Logger } from './world.ts';

/**
 * What a call does to the world, which decides what happens when Forge dies in the middle of it:
 * `read` changes nothing and runs again; `workspace` changes only the workspace, which is as it was before when the call
 * runs again, and runs alone among those of its execution;
 * `keyed` may be repeated with the same idempotency key; `once` (the default) must not be repeated: the run parks and
 * asks a person unless `probe` can tell.
 */
export type Effect = 'read' | 'workspace' | 'keyed' | 'once';

export interface ToolContext {
  /** Absolute path of the workspace. Nothing outside it may be touched. */
  readonly workspace: string;
  /** Runs a program in the sandbox: least environment, time limit, whole process tree ended, output capped. */
  exec(command: ToolCommand): Promise<CommandResult>;
  /**
   * Starts a program in the sandbox, as `exec` does, to talk with it while it runs. It ends with the call at the latest.
   * Rejects with COMMAND_NOT_FOUND.
   */
  start(command: StartedCommand): Promise<StartedProcess>;
  /** A few words on what is being done, for who watches. */
  progress(message: string): void;
  /** The call has used a paid service: it counts against the budget and stands in the ledger, whatever becomes of it. */
  spend(spending: ToolSpending): void;
  /** The same for a repeated call. */
  readonly idempotencyKey: string;
  /** Aborts at the time limit, when the run stops and when a budget is exhausted. */
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/** As `Command`; the kernel adds the environment, and `cwd` defaults to the workspace. */
export type ToolCommand = Omit<Command, 'env' | 'cwd'> & { readonly cwd?: string; readonly timeoutMs?: number };

/** With variables beside those that the kernel gives. Without a limit of time but that of the call. */
export type StartedCommand = Omit<ToolCommand, 'stdin' | 'timeoutMs'> & {
  readonly env?: Readonly<Record<string, string>>;
};

export interface StartedProcess {
  readonly stdin: WritableStream<Uint8Array>;
  readonly stdout: ReadableStream<Uint8Array>;
  /** How it ended; `output` is what it wrote to standard error. Rejects with the signal's reason when that aborts. */
  readonly ended: Promise<CommandResult>;
  /** Ends it and all that it has started. */
  kill(): void;
}

export interface ToolSpending {
  /** Who is paid. */
  readonly provider: string;
  readonly model: string;
  readonly usage: Usage;
  /** Undefined: nobody knows. */
  readonly costUsd?: number | undefined;
}

/**
 * One thing an agent may do. Input and output are JSON, validated by the kernel with `schema`; `execute` is stateless
 * and touches nothing but what `ctx` gives. To fail, throw a ForgeError: its message is what the model reads.
 */
export interface Tool<Input = unknown, Output = unknown> {
  readonly name: string;
  /** For the model: what it does, when to use it, what it returns. Every word is paid for on every turn. */
  readonly description: string;
  readonly schema: { readonly input: z.ZodType<Input>; readonly output: z.ZodType<Output> };
  /** Default `once`. */
  readonly effect?: Effect;
  /** False: there is nothing for it to do here, so no agent is offered it. Default true. */
  readonly offered?: boolean;
  /** Default 120,000. */
  readonly timeoutMs?: number;
  execute(input: Input, ctx: ToolContext): Promise<Output>;
  /** The words that the model reads. Default: the output itself when it is text, else as JSON. */
  render?(output: Output): string | Promise<string>;
  /** A few words for a person who watches, such as `editing src/limit.ts`. Default: the tool's name. */
  describe?(input: Input): string | Promise<string>;
  /**
   * The files, relative to the workspace, that this call works on: its caller is shown the AGENTS.md of their folders.
   * For `workspace` it may change some of them and nothing else, even when it is cut; then only they are kept before it,
   * and with none of them the call counts as one that reads. Undefined (the default): unknown, it may change anything.
   */
  touches?(input: Input): readonly string[] | undefined | Promise<readonly string[] | undefined>;
  /** Only for `keyed` and `once`: was a call with this key carried out? */
  probe?(idempotencyKey: string, ctx: ToolContext): Promise<{ readonly done: boolean; readonly output?: Output }>;
}

/** Infers the types of input and output from the schemas. */
export function defineTool<Input extends z.ZodType, Output extends z.ZodType>(
  tool: Omit<Tool<z.output<Input>, z.output<Output>>, 'schema'> & {
    readonly schema: { readonly input: Input; readonly output: Output };
  },
): Tool<z.output<Input>, z.output<Output>> {
  return tool as unknown as Tool<z.output<Input>, z.output<Output>>;
}
