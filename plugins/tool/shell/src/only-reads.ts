import parse from 'shell-quote/parse.js';

/** They write no file, whatever they are told. */
const readers = new Set(
  `[ basename cat cd cmp cut diff dirname du echo egrep expr false fgrep grep head jq ls md5sum nl od paste printf pwd
   readlink realpath rev seq sha256sum sleep stat tail test tr true type wc which`.split(/\s+/),
);

/** They write no file with such arguments. */
const readersWith = new Map<string, (args: readonly string[]) => boolean>([
  ['find', (args) => !args.some((arg) => /^-(delete|exec|fls|fprint|ok)/.test(arg))],
  ['rg', (args) => !args.some((arg) => /^--(hostname-bin|pre)/.test(arg))],
  [
    'sed',
    ([quiet, lines = '', ...files]) =>
      quiet === '-n' && /^\d+(,\d+)?p$/.test(lines) && files.every((file) => !file.startsWith('-')),
  ],
  ['sort', (args) => args.every((arg) => !arg.startsWith('-') || /^-[bfghMnrRuV]+$/.test(arg))],
  ['uniq', (args) => args.every((arg) => /^-[cdiu]+$/.test(arg))],
]);

/** Between commands; each is looked at by itself. */
const joints = new Set(['|', '||', '&&', ';']);

/**
 * Whether a line for sh can be seen to write no file. False says nothing: variables, substitutions, redirections and
 * programs that are not known here, such as git with the many that it may start, are never looked into.
 */
export function onlyReads(line: string): boolean {
  // What sh may read in another way than the parser: expansions, escapes, a second line, a negation.
  if (/[$`\\\n\r!]/.test(line)) return false;
  const commands: { words: string[]; expands: boolean }[] = [{ words: [], expands: false }];
  for (const token of parse(line.replace(/\s2>(&1|\s?\/dev\/null)(?=\s|$)/g, ' '))) {
    const command = commands.at(-1);
    if (command === undefined || (typeof token !== 'string' && !('op' in token))) return false;
    if (typeof token === 'string') command.words.push(token);
    else if (token.op === 'glob') command.expands = true;
    else if (joints.has(token.op)) commands.push({ words: [], expands: false });
    else return false;
  }
  return commands.every(({ words: [program = '', ...args], expands }) => {
    // A file may have the name of an option.
    return readers.has(program) || (!expands && readersWith.get(program)?.(args) === true);
  });
}
