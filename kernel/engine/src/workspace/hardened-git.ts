/**
 * Settings that make a repository data and never code. They come from the environment, so they win over the
 * repository's own configuration. Filters, text conversions and merge drivers have names that only a repository knows;
 * see `neutralSettings` for those of the person's repository. The run's own clone defines none.
 */
export const hardenedSettings: readonly (readonly [key: string, value: string])[] = [
  ['safe.bareRepository', 'explicit'],
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['core.attributesFile', '/dev/null'],
  ['core.protectHFS', 'true'],
  ['core.protectNTFS', 'true'],
  ['core.logAllRefUpdates', 'false'],
  ['core.sshCommand', 'false'],
  ['core.editor', 'false'],
  ['core.pager', 'cat'],
  ['core.askPass', 'false'],
  ['core.alternateRefsCommand', 'true'],
  ['credential.helper', ''],
  ['protocol.allow', 'never'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['commit.gpgSign', 'false'],
  ['gpg.program', 'false'],
  ['submodule.recurse', 'false'],
  ['rerere.enabled', 'false'],
  ['diff.noprefix', 'false'],
  ['diff.mnemonicPrefix', 'false'],
];

const HARDENED_ENVIRONMENT = {
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: 'false',
  SSH_ASKPASS: 'false',
  GIT_EDITOR: 'false',
  GIT_PAGER: 'cat',
  GIT_ALLOW_PROTOCOL: 'none',
  GIT_PROTOCOL_FROM_USER: '0',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_NO_LAZY_FETCH: '1',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_LITERAL_PATHSPECS: '1',
  GIT_ATTR_NOSYSTEM: '1',
  // The messages are read to tell errors apart.
  LC_ALL: 'C',
} as const;

/** Without the person's own and the machine's configuration: what a run does must not depend on them. */
const WITHOUT_USER_CONFIGURATION = { GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' } as const;

/** What git itself needs of the world. No `GIT_*` of the caller: Forge may be started by a git hook. */
const PASSED_ON = ['PATH', 'HOME', 'XDG_CONFIG_HOME', 'TMPDIR', 'LD_LIBRARY_PATH'];
/** Where the person's own configuration lies, if not in its usual place. */
const USER_CONFIGURATION_PLACES = ['GIT_CONFIG_GLOBAL', 'GIT_CONFIG_SYSTEM', 'GIT_CONFIG_NOSYSTEM'];

export type Settings = readonly (readonly [key: string, value: string])[];

/**
 * @param userConfiguration true only for commands that read configuration or find a repository: those need
 *   `safe.directory` and the person's name, and run nothing that is configured.
 */
export function hardenedEnvironment(
  source: Readonly<Record<string, string | undefined>>,
  settings: Settings,
  userConfiguration: boolean,
): Record<string, string> {
  const names = userConfiguration ? [...PASSED_ON, ...USER_CONFIGURATION_PLACES] : PASSED_ON;
  const passed = names.flatMap((name) => (source[name] === undefined ? [] : [[name, source[name]] as const]));
  const all = [...hardenedSettings, ...settings];
  return {
    ...Object.fromEntries(passed),
    ...HARDENED_ENVIRONMENT,
    ...(userConfiguration ? {} : WITHOUT_USER_CONFIGURATION),
    GIT_CONFIG_COUNT: String(all.length),
    ...Object.fromEntries(
      all.flatMap(([key, value], index) => [
        [`GIT_CONFIG_KEY_${index}`, key],
        [`GIT_CONFIG_VALUE_${index}`, value],
      ]),
    ),
  };
}
