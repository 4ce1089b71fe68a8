import type { ForgeOptions } from '@forge/core';
import type { Clock } from '@forge/plugin-api';

/** A place for text. `columns` and `rows` are those of a terminal. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): boolean;
}

/** All that the command line needs of the process and the machine. `main.ts` makes the real one. */
export interface World {
  /** Of Forge. Read in one place alone, so that showing it loads one file. */
  readonly version: string;
  /** Without the programs' own names. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly clock: Clock;
  /** Of the person, for "decided by". */
  readonly userName: string;
  readonly hostName: string;
  readonly temporaryFolder: string;
  /** How executions are run in processes of their own. */
  readonly worker: NonNullable<ForgeOptions['worker']>;
  /** How this program is started again. */
  readonly program: { readonly file: string; readonly args: readonly string[] };
  readonly pid: number;
  processExists(pid: number): boolean;
  /** When it began, in the system's own words: with the number it names a process for good. Undefined: there is none. */
  processStart(pid: number): string | undefined;
  /**
   * Ctrl-C, a polite kill, or a closed terminal goes to the newest listener instead of ending the process; the third
   * one ends it all the same. Returns how to stop listening.
   */
  onInterrupt(listener: () => void): () => void;
  /** Aborts at the first of them. */
  readonly interrupted: AbortSignal;
  /** Does what Ctrl-C does, for prompts that see the key before the system does. */
  interrupt(): void;
  /** Called at the very end, whatever the reason. Must be quick. Returns how to forget it. */
  atExit(listener: () => void): () => void;
  /**
   * Trades haste for memory from here on: a run waits for its model most of its time, while one that answers many at
   * once needs the haste.
   */
  saveMemory(): void;
  readonly crashPoint?: ForgeOptions['crashPoint'];
}
