import { commandGroups, type CommandRow, globalFlags } from './command.ts';
import { commandFamilies, commandTable } from './command-table/command-table.ts';

export interface HelpSettings {
  readonly bold: (text: string) => string;
  readonly columns: number;
}

type Entry = readonly [term: string, meaning: string];

/**
 * The help that a command line asks for, from the table alone: loading the parser would take longer than all the rest.
 * Undefined when it asks for none, or for that of a command which does not exist.
 */
export function helpFor(argv: readonly string[], settings: HelpSettings): string | undefined {
  const end = argv.indexOf('--');
  const own = end < 0 ? argv : argv.slice(0, end);
  const given = wordsOf(own);
  const words = given[0] === 'help' ? given.slice(1) : given;
  const [first] = words;
  const asked = words !== given || own.includes('--help') || own.includes('-h');
  if (first === undefined) return asked || own.length === 0 ? rootHelp(settings) : undefined;
  const row = commandTable.find(({ name }) => name === first || name === words.slice(0, 2).join(' '));
  if (row !== undefined) return asked ? commandHelp(row, settings) : undefined;
  const isFamily = Object.hasOwn(commandFamilies, first) && words.length === 1;
  return isFamily ? familyHelp(first, settings) : undefined;
}

/** What stands without a dash; the values of flags that take one are not among them. */
export function wordsOf(argv: readonly string[]): string[] {
  const takesValue = (flag: string | undefined): boolean =>
    globalFlags.some(({ flags }) => flags.includes('<') && flags.split(/[ ,]+/).includes(flag ?? ''));
  return argv.filter((word, index) => !word.startsWith('-') && !takesValue(argv[index - 1]));
}

function rootHelp(settings: HelpSettings): string {
  const groups = Object.entries(commandGroups).map(([group, title]): [string, Entry[]] => {
    const families = Object.entries(commandFamilies).map(([name, family]) => ({ name, ...family, hidden: undefined }));
    const rows = [...commandTable.filter(({ name }) => !name.includes(' ')), ...families];
    const shown = rows.filter((row) => row.group === group && !row.hidden);
    return [title, shown.map(({ name, summary }) => [name, summary])];
  });
  return page(settings, {
    usage: 'forge <command> [flags]',
    text: 'Forge takes a task in plain words and a git repository, and delivers a planned, reviewed, tested branch.',
    sections: [...groups, ['Flags that every command takes', globalFlags.map(entryOf)]],
    examples: [
      ['forge run "Add rate limiting to the API"', 'from a task to a branch'],
      ['forge demo', 'see it work, without a key'],
      ['forge run --help', 'more about a command'],
    ],
    end: `Exit codes: 0 done, 1 failed, 2 usage or configuration, 3 waits for a person, 4 credentials, 5 budget or limit, 6 plugin, 7 environment, 8 conflict, 130 stopped with a checkpoint.`,
  });
}

function familyHelp(family: string, settings: HelpSettings): string {
  const rows = commandTable.filter(({ name }) => name.startsWith(`${family} `));
  return page(settings, {
    usage: `forge ${family} <command> [flags]`,
    text: sentence(commandFamilies[family]?.summary ?? ''),
    sections: [['Commands', rows.map(({ name, summary }) => [name.slice(family.length + 1), summary])]],
    examples: rows.flatMap(({ examples }) => examples.slice(0, 1)),
    end: `More about a command: forge ${family} <command> --help`,
  });
}

function commandHelp(
  { name, summary, details, words = {}, options = [], examples }: CommandRow,
  settings: HelpSettings,
): string {
  return page(settings, {
    usage: ['forge', name, ...Object.keys(words), '[flags]'].join(' '),
    text: [sentence(summary), details].filter(Boolean).join(' '),
    sections: [
      ['Words', Object.entries(words)],
      ['Flags', options.map(entryOf)],
    ],
    examples,
    end: 'Flags that every command takes, such as --json and --cwd: forge --help',
  });
}

function entryOf({ flags, description, choices, repeatable }: (typeof globalFlags)[number]): Entry {
  const more = [choices?.join(', '), repeatable && 'may be repeated'].filter(Boolean).join('; ');
  return [flags.startsWith('--') ? `    ${flags}` : flags, more === '' ? description : `${description} (${more})`];
}

interface Page {
  readonly usage: string;
  readonly text: string;
  readonly sections: readonly (readonly [title: string, entries: readonly Entry[]])[];
  readonly examples: readonly Entry[];
  readonly end: string;
}

function page({ bold, columns }: HelpSettings, { usage, text, sections, examples, end }: Page): string {
  const width = Math.min(columns, 110);
  const filled = sections.filter(([, entries]) => entries.length > 0);
  const column = columnOf(filled.flatMap(([, entries]) => entries));
  const blocks = filled.map(([title, entries]) => `${bold(title)}\n${list(entries, column, width)}`);
  return [
    `${bold('Usage')}  ${usage}`,
    wrap(text, width).join('\n'),
    ...blocks,
    `${bold('Examples')}\n${list(examples, columnOf(examples), width)}`,
    wrap(end, width).join('\n'),
  ]
    .join('\n\n')
    .concat('\n');
}

function columnOf(entries: readonly Entry[]): number {
  return Math.min(Math.max(0, ...entries.map(([term]) => term.length)), 44) + 4;
}

/** Terms in one column and their meanings in another; long terms have their meaning on the next line. */
function list(entries: readonly Entry[], column: number, width: number): string {
  return entries
    .flatMap(([term, meaning]) => {
      const lines = wrap(meaning, Math.max(30, width - column));
      const first = term.length + 4 > column ? [`  ${term}`] : [];
      return [
        ...first,
        ...lines.map(
          (line, index) =>
            `${index === 0 && first.length === 0 ? `  ${term}`.padEnd(column) : ' '.repeat(column)}${line}`,
        ),
      ];
    })
    .join('\n');
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
