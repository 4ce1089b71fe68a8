import { forgeError, type ForgeError } from '@forge/plugin-api';
import { type Git, type GitCall, gitStderr, type GitWorld } from './git.ts';
import type { Settings } from './hardened-git.ts';

/** Where a repository comes from. Whoever makes it has looked at whether git may go there. */
export interface RemoteSource {
  /** Without credentials: git's arguments can be seen by others. */
  readonly url: string;
  /** The one that git may use. */
  readonly protocol: 'https' | 'http' | 'ssh' | 'file';
  readonly settings: Settings;
}

export type CallGit = (args: readonly string[], call: GitCall) => ReturnType<Git['run']>;

/** Git that may use one protocol, and no settings but Forge's and those of the source. */
export function remoteGit(git: Git, { protocol, settings }: RemoteSource, env: GitWorld['env']): CallGit {
  const bound = git.at({
    settings: [
      ['http.followRedirects', 'false'],
      ['http.lowSpeedLimit', '1000'],
      ['http.lowSpeedTime', '60'],
      ...settings,
    ],
  });
  const agent = env['SSH_AUTH_SOCK'];
  const around = {
    GIT_ALLOW_PROTOCOL: protocol,
    ...(protocol === 'ssh' && agent !== undefined ? { SSH_AUTH_SOCK: agent } : {}),
  };
  return (args, call) => bound.run(args, { ...call, env: around });
}

const explanations = [
  {
    stderr:
      /Authentication failed|could not read (?:Username|Password)|Permission denied|error: 40[13]|terminal prompts disabled/,
    what: 'wants credentials, or refused them',
    fix: 'https: name the variable with a token in server.cloneCredentials; ssh: let the server’s user have a key there',
  },
  {
    stderr: /error: 30[1278]/,
    what: 'leads elsewhere',
    fix: 'give the address that it has moved to',
  },
  {
    stderr: /not found|does not exist|does not appear to be a git repository|error: 404/i,
    what: 'was not found, or is not shown without credentials',
    fix: 'look at the address; server.cloneCredentials names tokens',
  },
  {
    stderr: /Host key verification failed/,
    what: 'has a host key that is not known here',
    fix: 'connect to it once by hand, as the server’s user: ssh <host>',
  },
  { stderr: /ran out of time/, what: 'took too long', fix: 'raise server.cloneMinutes' },
] as const;

interface Failure {
  readonly code: 'CLONE_FAILED' | 'PUSH_FAILED';
  /** Where git's own words are all there is. */
  readonly what: string;
}

/** What git says about a host or a repository there, with what to do about it. Other errors stay as they are. */
export function explainRemote(error: unknown, { url }: RemoteSource, { code, what }: Failure): unknown {
  const stderr = gitStderr(error);
  if (stderr === undefined) return error;
  const { message } = error as ForgeError;
  const known = explanations.find((row) => row.stderr.test(`${stderr}\n${message}`));
  return forgeError(code, `${url} ${known?.what ?? what}`, {
    why: (stderr === '' ? message : stderr).slice(-500),
    ...(known === undefined ? { transient: true } : { fix: known.fix }),
    cause: error,
  });
}
