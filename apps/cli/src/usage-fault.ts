import { type ForgeError, forgeError } from '@forge/plugin-api';
import { commandFamilies, commandTable } from './command-table/command-table.ts';
import { wordsOf } from './help.ts';

/** What the parser of the command line found wrong, as any other fault. */
export function usageFault(message: string, argv: readonly string[]): ForgeError {
  if (wordsOf(argv)[0] === 'help') return noHelp(wordsOf(argv).slice(1).join(' '));
  const [first = '', suggestion] = message.replace(/^error: /, '').split('\n');
  const meant = suggestion?.match(/Did you mean (.*)\?/)?.[1];
  return forgeError('USAGE', `${first}${meant === undefined ? '' : ` — did you mean ${meant}?`}`, {
    fix: first.startsWith("too many arguments for 'run'")
      ? 'put the task in quotes: forge run "add rate limiting"'
      : `see ${helpLine(argv)}`,
  });
}

function noHelp(name: string): ForgeError {
  return forgeError('USAGE', `There is no command ${name}`, { fix: 'see forge --help' });
}

/** The help of the command that was meant, as far as that can be told. */
function helpLine(argv: readonly string[]): string {
  const [first = '', second = ''] = wordsOf(argv);
  const names = [`${first} ${second}`, first];
  const name = names.find((one) => Object.hasOwn(commandFamilies, one) || commandTable.some((row) => row.name === one));
  return name === undefined ? 'forge --help' : `forge ${name} --help`;
}
