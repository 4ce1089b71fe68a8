/** The world as a parameter: what is not deterministic comes in through these, so that tests and simulators can own it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after that many milliseconds; rejects with the signal's reason. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export interface Logger {
  debug(message: string, facts?: Record<string, unknown>): void;
  info(message: string, facts?: Record<string, unknown>): void;
  warn(message: string, facts?: Record<string, unknown>): void;
  error(message: string, facts?: Record<string, unknown>): void;
}

/** How the app that hosts the kernel talks with the person in front of it, if there is one. */
export interface Interaction {
  /** False without a terminal, with `--no-input`, and in servers. */
  readonly interactive: boolean;
  /** Resolves with the chosen option's id or the text; undefined when the person declines to answer. */
  ask(prompt: Prompt, signal: AbortSignal): Promise<string | undefined>;
}

export interface Prompt {
  readonly title: string;
  /** Markdown shown above the prompt. */
  readonly body?: string | undefined;
  /** Without options, a line of text is asked for. */
  readonly options?: readonly { readonly id: string; readonly label: string }[] | undefined;
  /** The option that is chosen until the person moves; the harmless one where the answer matters. Default the first. */
  readonly initial?: string | undefined;
  /** A text is welcome instead of an option. Default true without options. */
  readonly freeText?: boolean;
}
