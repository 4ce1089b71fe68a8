import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { type CommandCall, type CommandRow, type GlobalOptions, globalFlags, type OptionRow } from './command.ts';
import { commandFamilies, commandTable } from './command-table/command-table.ts';
import type { World } from './world.ts';

type Run = (row: CommandRow, words: readonly string[], options: object, global: GlobalOptions) => Promise<void>;

/** Runs what the command line says and gives the exit code. Faults are reported, not thrown. */
export async function runProgram(world: World): Promise<number> {
  let code = 0;
  const program = createProgram(async (row, words, options, global) => {
    code = await runCommand(row, await callOf(world, words, options, global));
  });
  try {
    await program.parseAsync([...world.argv], { from: 'user' });
    return code;
  } catch (error) {
    const { reportFaults } = await import('./report-faults.ts');
    if (!(error instanceof CommanderError)) return reportFaults(error, world);
    // Flags and no command: what there is to choose from is the answer.
    if (error.code === 'commander.help') return printCommands(world);
    const { usageFault } = await import('./usage-fault.ts');
    return reportFaults(usageFault(error.message, world.argv), world);
  }
}

async function printCommands({ argv, stdout }: World): Promise<number> {
  if (argv.includes('--json')) {
    const commands = commandTable.filter(({ hidden }) => !hidden).map(({ name, summary }) => ({ name, summary }));
    stdout.write(`${JSON.stringify({ type: 'help', usage: 'forge <command> [flags]', commands })}\n`);
    stdout.write(`${JSON.stringify({ type: 'exit', code: 0 })}\n`);
  } else {
    const { helpFor } = await import('./help.ts');
    stdout.write(helpFor([], { bold: (text) => text, columns: stdout.columns || 100 }) ?? '');
  }
  return 0;
}

/** The parser of the whole command line, without help and version. `run` is called with what was asked for. */
export function createProgram(run: Run): Command {
  const program = prepare(new Command('forge'));
  for (const flag of globalFlags) if (!/--(help|version)/.test(flag.flags)) program.addOption(optionOf(flag));
  const families = new Map<string, Command>();
  for (const name of Object.keys(commandFamilies)) {
    const family = prepare(new Command(name));
    families.set(name, family);
    program.addCommand(family);
  }
  for (const row of commandTable) {
    const [first = '', second] = row.name.split(' ');
    const parent = second === undefined ? program : families.get(first);
    parent?.addCommand(commandOf(row, second ?? first, run));
  }
  return program;
}

/** What all commands share: faults are thrown, and shown by who catches them. */
function prepare(command: Command): Command {
  return command
    .exitOverride()
    .configureOutput({ writeErr: () => {}, outputError: () => {} })
    .helpCommand(false)
    .helpOption(false);
}

function commandOf(row: CommandRow, name: string, run: Run): Command {
  const command = prepare(new Command(name));
  for (const [syntax, meaning] of Object.entries(row.words ?? {})) command.addArgument(new Argument(syntax, meaning));
  for (const option of row.options ?? []) command.addOption(optionOf(option));
  return command.action(async () => {
    const global = topOf(command).opts<Partial<GlobalOptions>>();
    await run(row, command.args, command.opts(), { ...noGlobals, ...global });
  });
}

const noGlobals: GlobalOptions = {
  json: false,
  quiet: false,
  input: true,
  color: true,
  trust: false,
  safeMode: false,
  debug: false,
  progress: 'auto',
};

function topOf(command: Command): Command {
  return command.parent === null ? command : topOf(command.parent);
}

function optionOf({ flags, description, repeatable, value, choices }: OptionRow): Option {
  const option = new Option(flags, description);
  if (choices !== undefined) option.choices([...choices]);
  const parse = option.parseArg ?? ((text: string) => text);
  if (value !== undefined) option.argParser(valueParsers[value]);
  if (repeatable) {
    option.argParser((text: string, before: readonly unknown[] | undefined) => [
      ...(before ?? []),
      parse(text, undefined),
    ]);
  }
  return option;
}

function positiveNumber(text: string): number {
  const number = Number(text);
  if (text.trim() === '' || !Number.isFinite(number) || number <= 0)
    throw new InvalidArgumentError('expected a number above 0.');
  return number;
}

function portNumber(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw new InvalidArgumentError('expected a port: 0 to 65535.');
  return Number(text);
}

function memoryScope(text: string): string {
  if (!/^(current|global|repo:.+)$/.test(text))
    throw new InvalidArgumentError('expected current, global or repo:<id>.');
  return text;
}

function startOfHash(text: string): string {
  if (!/^[0-9a-f]{8,64}$/.test(text)) throw new InvalidArgumentError('expected at least 8 digits of a hash.');
  return text;
}

const valueParsers: Record<NonNullable<OptionRow['value']>, (text: string) => unknown> = {
  number: positiveNumber,
  scope: memoryScope,
  port: portNumber,
  hash: startOfHash,
};

async function callOf(
  world: World,
  words: readonly string[],
  options: object,
  global: GlobalOptions,
): Promise<CommandCall> {
  const [{ directoryOf }, { createPrinter }, { styleFor }, { createTerminal }] = await Promise.all([
    import('./directory-of.ts'),
    import('./printer.ts'),
    import('./render/style.ts'),
    import('./render/terminal.ts'),
  ]);
  return {
    world,
    words,
    options,
    global,
    directory: await directoryOf(world.cwd, global.cwd),
    printer: createPrinter(world.stdout, { json: global.json, style: styleFor(world.stdout, world.env, global.color) }),
    terminal: createTerminal(world.stderr, world),
  };
}

/** FORGE_SERVER says whose runs are meant, and nothing to a command that has no runs. */
function withoutServer(world: CommandCall['world']): CommandCall['world'] {
  return { ...world, env: { ...world.env, FORGE_SERVER: undefined } };
}

async function runCommand(row: CommandRow, call: CommandCall): Promise<number> {
  if (call.global.server !== undefined && row.remote !== true) {
    const { forgeError } = await import('@forge/plugin-api');
    throw forgeError('USAGE', `forge ${row.name} does not work with --server`, {
      fix: 'leave --server out, or call it on the machine of the server',
    });
  }
  const { default: action } = await row.load();
  const meant = row.remote === true ? call : { ...call, world: withoutServer(call.world) };
  const end = (await (action as (call: CommandCall) => Promise<number | void | { code: number }>)(meant)) ?? 0;
  const facts = typeof end === 'number' ? { code: end } : end;
  call.printer.object({ type: 'exit', ...facts });
  return facts.code;
}
