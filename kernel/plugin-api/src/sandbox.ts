import type { ProbeResult } from './llm.ts';

export interface Command {
  /** A program's name or absolute path; never a shell line. */
  readonly file: string;
  readonly args: readonly string[];
  /** Absolute. */
  readonly cwd: string;
  /** The whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Text for standard input. Default: closed at once. */
  readonly stdin?: string;
}

export interface CommandResult {
  /** Undefined when a signal ended it. */
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly timedOut: boolean;
  /** Output and error output in the order they came: head and tail, with a note of what was left out between. */
  readonly output: string;
  readonly truncated: boolean;
  readonly totalBytes: number;
  /** SHA-256 of the raw bytes, hexadecimal. */
  readonly outputHash: string;
  readonly durationMs: number;
}

export interface SandboxPolicy {
  /**
   * Absolute paths. Everything may be read that no rule names; where rules lie inside each other, the deeper one wins:
   * a workspace in a hidden home folder may be written. Paths that do not exist are no error.
   */
  readonly writable: readonly string[];
  readonly readable: readonly string[];
  readonly hidden: readonly string[];
  readonly network: 'none' | 'full';
}

/** From weak to strong. `process`: own process group and least environment, but the same files and network. */
export type SandboxLevel = 'process' | 'namespace' | 'container';

export interface SandboxTrial {
  readonly signal: AbortSignal;
  /**
   * Runs a command to its end, as the kernel runs what `wrap` gives: with the rights of the person, confined by nothing
   * else. Rejects with COMMAND_NOT_FOUND. A plugin in a process of its own needs the permission `exec` for it.
   */
  exec(command: Omit<Command, 'stdin'>): Promise<Pick<CommandResult, 'exitCode' | 'output'>>;
}

/**
 * Confines a command by rewriting it. The kernel starts the result, caps its output, and ends its process tree, so an
 * implementation holds no processes.
 */
export interface Sandbox {
  readonly name: string;
  readonly level: SandboxLevel;
  /** Really tries it on this machine. `detail` says why not, with the fix. */
  probe(call: SandboxTrial): Promise<ProbeResult>;
  /** The command to start instead. Must be free of side effects. It is waited for before every command, for no longer than a minute. */
  wrap(command: Command, policy: SandboxPolicy): Command | Promise<Command>;
}
