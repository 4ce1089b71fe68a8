import { type ForgeError, forgeError } from '@forge/plugin-api';

/** What the parser of the command line found wrong, as any other fault. */
export function usageFault(message: string): ForgeError {
  const [first = '', suggestion] = message.replace(/^error: /, '').split('\n');
  const meant = suggestion?.match(/Did you mean (.*)\?/)?.[1];
  return forgeError('USAGE', `${first}${meant === undefined ? '' : ` — did you mean ${meant}?`}`, {
    fix: first.startsWith("too many arguments for 'run'")
      ? 'put the task in quotes: forge run "add rate limiting"'
      : 'see forge --help, or forge <command> --help',
  });
}
