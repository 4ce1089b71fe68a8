import type { Json } from '@forge/plugin-api';
import type { Printer } from './printer.ts';
import type { Terminal } from './render/terminal.ts';
import type { World } from './world.ts';

export const progressKinds = ['auto', 'tty', 'plain', 'json', 'none'] as const;
export type ProgressKind = (typeof progressKinds)[number];

/** Flags that every command takes. */
export interface GlobalOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  /** False with `--no-input`. */
  readonly input: boolean;
  /** False with `--no-color`. */
  readonly color: boolean;
  readonly trust: boolean;
  readonly safeMode: boolean;
  readonly debug: boolean;
  readonly progress: ProgressKind;
  /** As it was written; see `directoryOf`. */
  readonly cwd?: string;
  /** Work with the runs of that server instead of those here. */
  readonly server?: string;
  /** Of that server. */
  readonly repository?: string;
}

/** One use of a command. */
export interface CommandCall<Options extends object = object> {
  readonly world: World;
  /** What stands without a dash, in order. */
  readonly words: readonly string[];
  /** The command's own flags, as its row declares them. */
  readonly options: Options;
  readonly global: GlobalOptions;
  /** Absolute: where the person is, or what `--cwd` says. */
  readonly directory: string;
  readonly printer: Printer;
  /** Progress and remarks. */
  readonly terminal: Terminal;
}

/** The exit code, with what else the last line of `--json` shall say. Nothing: 0. */
export type CommandEnd = number | void | { readonly code: number; readonly [fact: string]: Json | undefined };

export type CommandAction<Options extends object = object> = (call: CommandCall<Options>) => Promise<CommandEnd>;

export interface OptionRow {
  /** As in `--budget <usd>`; a flag without `<…>` is true or missing. */
  readonly flags: string;
  readonly description: string;
  /** May be given more than once; the option is then a list. */
  readonly repeatable?: true;
  /** `number`: a number above 0; `scope`: which memories, as `recall` takes it; `port`: 0 to 65535; `hash`: at least 8 hexadecimal digits. */
  readonly value?: 'number' | 'scope' | 'port' | 'hash';
  readonly choices?: readonly string[];
}

/** One command as a person sees it. Its code is loaded when it is used. */
export interface CommandRow {
  /** With the parent's name in front, such as `memory list`. */
  readonly name: string;
  readonly group: CommandGroup;
  readonly summary: string;
  /** As in `<id>`, `[task|-]`, `<text...>`, with what it means. */
  readonly words?: Readonly<Record<string, string>>;
  readonly options?: readonly OptionRow[];
  /** What the summary leaves open, in whole sentences. */
  readonly details?: string;
  /** At least one: the line to type and what it does. */
  readonly examples: readonly (readonly [line: string, meaning: string])[];
  readonly hidden?: true;
  /** Takes `--server`. */
  readonly remote?: true;
  // Each command knows its own options; the row that declares them stands beside the import.
  load(): Promise<{ readonly default: CommandAction<never> }>;
}

export const commandGroups = {
  work: 'Work',
  look: 'Look',
  decide: 'Decide',
  learn: 'Set up and learn',
  prove: 'Prove and keep',
  serve: 'Serve',
} as const;
export type CommandGroup = keyof typeof commandGroups;

/** The flags behind `GlobalOptions`, and those that end at once. */
export const globalFlags: readonly OptionRow[] = [
  { flags: '--cwd <folder>', description: 'work as if started there' },
  { flags: '--server <url>', description: 'with the runs of that server, not those here; so does FORGE_SERVER' },
  { flags: '--repository <name>', description: 'the repository of the server that is meant' },
  { flags: '--json', description: 'one JSON object per line on standard output' },
  { flags: '-q, --quiet', description: 'no progress, only the result' },
  { flags: '--no-input', description: 'never ask' },
  { flags: '--progress <how>', description: 'how progress is shown', choices: progressKinds },
  { flags: '--no-color', description: 'no colours; so does NO_COLOR' },
  { flags: '--safe-mode', description: 'leave out every plugin that does not come with Forge' },
  { flags: '--trust', description: 'let code of this repository (configuration, plugins) run, now and later' },
  { flags: '--debug', description: 'with stack traces; so does FORGE_DEBUG' },
  { flags: '-h, --help', description: 'show help' },
  { flags: '-V, --version', description: 'show the version' },
];
