import { forgeError, type ToolContext } from '@forge/plugin-api';

/** A repository is data: nothing that its configuration names is started, nothing is fetched, no lock is taken. */
const harmless = [
  '--no-pager',
  '--no-optional-locks',
  '--literal-pathspecs',
  ...[
    'core.fsmonitor=false',
    'core.hooksPath=/dev/null',
    'safe.bareRepository=explicit',
    'protocol.allow=never',
  ].flatMap((setting) => ['-c', setting]),
  ...['color.ui=false', 'core.quotePath=false', 'log.showSignature=false'].flatMap((setting) => ['-c', setting]),
];

/** For whatever shows differences: no program of the repository's choice, no git inside submodules. */
export const plainDiff = ['--no-ext-diff', '--no-textconv', '--submodule=short', '--ignore-submodules=dirty'];

/**
 * The output of a git command that only reads.
 *
 * @throws GIT_FAILED with git's own words
 */
export async function runGit(ctx: ToolContext, args: readonly string[]): Promise<string> {
  const { exitCode, output, timedOut } = await ctx.exec({
    file: 'git',
    args: [...harmless, ...args],
    timeoutMs: 60_000,
  });
  if (exitCode === 0) return output;
  const why = timedOut ? 'it took longer than 60 s' : output.trim().slice(0, 500) || 'it said nothing';
  throw forgeError('GIT_FAILED', `git ${args[0]} failed: ${why}`);
}

/** The arguments that name a revision and a path, kept from being taken for options. */
export function selection(revision: string | undefined, path: string | undefined): string[] {
  for (const [name, value] of [
    ['revision', revision],
    ['path', path],
  ] as const) {
    if (value?.includes('\0')) throw forgeError('INPUT_INVALID', `The ${name} cannot contain a NUL character`);
  }
  return [
    '--end-of-options',
    ...(revision === undefined ? [] : [revision]),
    '--',
    ...(path === undefined || path === '' ? [] : [path]),
  ];
}
