import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import {
  commandGroups,
  type CommandCall,
  type CommandRow,
  type GlobalOptions,
  type OptionRow,
  progressKinds,
} from './command.ts';
import { commandFamilies, commandTable } from './command-table/command-table.ts';
import { createPrinter } from './printer.ts';
import { styleFor } from './render/style.ts';
import { createTerminal } from './render/terminal.ts';
import { version } from './version.ts';
import type { World } from './world.ts';

type Run = (row: CommandRow, words: readonly string[], options: object, global: GlobalOptions) => Promise<void>;

/** Runs what the command line says and gives the exit code. Faults are reported, not thrown. */
export async function runProgram(world: World): Promise<number> {
  let code = 0;
  const program = createProgram(world, async (row, words, options, global) => {
    code = await runCommand(row, await callOf(world, words, options, global));
  });
  try {
    await program.parseAsync(world.argv.length === 0 ? ['--help'] : [...world.argv], { from: 'user' });
    return code;
  } catch (error) {
    const { reportFaults } = await import('./report-faults.ts');
    if (!(error instanceof CommanderError)) return reportFaults(error, world);
    if (error.exitCode === 0) return 0;
    // A family such as `forge memory` without a command: its help has been shown.
    if (error.code === 'commander.help') return 2;
    const { usageFault } = await import('./usage-fault.ts');
    return reportFaults(usageFault(error.message), world);
  }
}

/** The whole command line. `run` is called with what was asked for. */
export function createProgram(world: Pick<World, 'stdout' | 'stderr' | 'env'>, run: Run): Command {
  const program = withGlobals(prepare(new Command('forge'), world))
    .description(
      'Forge takes a task in plain words and a git repository, and delivers a planned, reviewed, tested branch.',
    )
    .usage('<command> [options]')
    .helpCommand(false)
    .addHelpText('after', rootExamples);
  const families = new Map<string, Command>();
  const family = (name: string): Command => {
    const known = families.get(name);
    if (known !== undefined) return known;
    const { group, summary } = commandFamilies[name] ?? { group: 'learn', summary: '' };
    const made = prepare(program.createCommand(name), world).description(summary).usage('<command>').helpCommand(false);
    families.set(name, made);
    program.addCommand(made.helpGroup(commandGroups[group]));
    return made;
  };
  for (const row of commandTable) {
    const [first = '', second] = row.name.split(' ');
    const parent = second === undefined ? program : family(first);
    parent.addCommand(commandOf(row, parent, world, run), { hidden: row.hidden === true });
  }
  return program;
}

const rootExamples = `
Examples:
  forge run "Add rate limiting to the API"   from a task to a branch
  forge demo                                 see it work, without a key
  forge runs                                 what there is

forge <command> --help says more. Exit codes: 0 done, 1 failed, 2 usage or configuration, 3 waits for a person,
4 credentials, 5 budget or limit, 6 plugin, 7 environment, 8 conflict, 130 stopped with a checkpoint.`;

/** What all commands share: faults are thrown, output goes to the streams that were given. */
function prepare(command: Command, { stdout, stderr, env }: Pick<World, 'stdout' | 'stderr' | 'env'>): Command {
  const style = styleFor(stdout, env);
  return command
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
      outputError: () => {},
      getOutHelpWidth: () => Math.min(stdout.columns ?? 100, 110),
      getErrHelpWidth: () => Math.min(stderr.columns ?? 100, 110),
      getOutHasColors: () => true,
      getErrHasColors: () => true,
    })
    .configureHelp({ styleTitle: (title) => style.bold(title), subcommandTerm: (sub) => sub.name() })
    .helpOption('-h, --help', 'show this');
}

function withGlobals(program: Command): Command {
  return program
    .version(`forge ${version}`, '-V, --version', 'show the version')
    .optionsGroup('Everywhere:')
    .option('--cwd <folder>', 'work as if started there')
    .option('--json', 'one JSON object per line on standard output')
    .option('-q, --quiet', 'no progress, only the result')
    .option('--no-input', 'never ask')
    .addOption(new Option('--progress <how>', 'how progress is shown').choices([...progressKinds]))
    .option('--no-color', 'no colours; so does NO_COLOR')
    .option('--trust', 'let code of this repository (configuration, plugins) run, now and later')
    .option('--debug', 'with stack traces; so does FORGE_DEBUG');
}

function commandOf(
  row: CommandRow,
  parent: Command,
  world: Pick<World, 'stdout' | 'stderr' | 'env'>,
  run: Run,
): Command {
  const name = row.name.split(' ').at(-1) ?? row.name;
  const command = prepare(parent.createCommand(name), world)
    .summary(row.summary)
    .description(
      [`${row.summary.charAt(0).toUpperCase()}${row.summary.slice(1)}.`, row.details].filter(Boolean).join('\n\n'),
    )
    .helpGroup(row.name === name ? commandGroups[row.group] : 'Commands:')
    .addHelpText('after', examplesOf(row));
  for (const [syntax, meaning] of Object.entries(row.words ?? {})) command.addArgument(new Argument(syntax, meaning));
  for (const option of row.options ?? []) command.addOption(optionOf(option));
  return command.action(async () => {
    // Words, because commander hands over every argument by position, lists among them.
    await run(row, command.args, command.opts(), { ...noGlobals, ...parentOf(command).opts<Partial<GlobalOptions>>() });
  });
}

const noGlobals: GlobalOptions = {
  json: false,
  quiet: false,
  input: true,
  color: true,
  trust: false,
  debug: false,
  progress: 'auto',
};

function parentOf(command: Command): Command {
  return command.parent === null ? command : parentOf(command.parent);
}

function examplesOf({ examples }: CommandRow): string {
  const width = Math.max(...examples.map(([line]) => line.length));
  const lines = examples.map(([line, meaning]) =>
    width > 60 ? `  # ${meaning}\n  ${line}` : `  ${line.padEnd(width)}   ${meaning}`,
  );
  return `\nExamples:\n${lines.join('\n')}\n\nFlags that every command takes, such as --json and --cwd: forge --help`;
}

function optionOf({ flags, description, repeatable, value, choices }: OptionRow): Option {
  const option = new Option(flags, description);
  if (choices !== undefined) option.choices([...choices]);
  const parse = option.parseArg ?? ((text: string) => text);
  if (value === 'number') option.argParser(positiveNumber);
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

async function callOf(
  world: World,
  words: readonly string[],
  options: object,
  global: GlobalOptions,
): Promise<CommandCall> {
  const { directoryOf } = await import('./directory-of.ts');
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

async function runCommand(row: CommandRow, call: CommandCall): Promise<number> {
  const { default: action } = await row.load();
  const end = (await (action as (call: CommandCall) => Promise<number | void | { code: number }>)(call)) ?? 0;
  const facts = typeof end === 'number' ? { code: end } : end;
  call.printer.object({ type: 'exit', ...facts });
  return facts.code;
}
