import { forgeError } from '@forge/plugin-api';

/** What `--option name=value` says, by name. Throws USAGE. */
export function optionTexts(given: readonly string[] = []): Readonly<Record<string, string>> {
  return Object.fromEntries(given.map(nameAndValue));
}

function nameAndValue(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw forgeError('USAGE', `An option is written as name=value, not as "${text}"`, {
    fix: 'such as --option site=https://acme.atlassian.net',
  });
}
