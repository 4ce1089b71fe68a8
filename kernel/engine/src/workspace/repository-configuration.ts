import type { Git } from './git.ts';
import type { Settings } from './hardened-git.ts';

export interface Identity {
  readonly name: string;
  readonly email: string;
}

export interface RepositoryConfiguration {
  /** The person's own name, for commits; Forge's when none is set. */
  readonly identity: Identity;
  /** Switches off every program that the configuration names. */
  readonly neutral: Settings;
  /** How files lie in the working tree (line ends, executable bits): the run's clone does it the same way. */
  readonly carried: Settings;
  /** The person's list of what is never tracked, anywhere. */
  readonly excludesFile: string | undefined;
  /** Objects may be missing here and be fetched on demand, which is never done. */
  readonly partialClone: boolean;
}

const FORGE: Identity = { name: 'Forge', email: 'forge@localhost' };

const CARRIED = [
  ...['core.autocrlf', 'core.eol', 'core.filemode', 'core.symlinks', 'core.ignorecase'],
  ...['core.precomposeunicode', 'core.longpaths', 'core.bigfilethreshold'],
];

/** What runs programs, by the end of its key; the middle is a name the repository chose. */
const PROGRAMS = [
  { key: /^filter\..*\.(?:clean|smudge|process)$/, neutral: '' },
  { key: /^filter\..*\.required$/, neutral: 'false' },
  { key: /^diff\..*\.(?:command|textconv)$/, neutral: '' },
  { key: /^diff\.external$/, neutral: '' },
  { key: /^merge\..*\.driver$/, neutral: 'false' },
  { key: /^submodule\..*\.update$/, neutral: 'none' },
  { key: /^remote\..*\.(?:uploadpack|receivepack|proxy|vcs)$/, neutral: 'false' },
  { key: /^gpg\..*\.program$/, neutral: 'false' },
  { key: /^core\.gitproxy$/, neutral: '' },
  { key: /^uploadpack\.packobjectshook$/, neutral: '' },
];

/** Reads the configuration as git sees it here; reading runs nothing. Keys come in lower case, but for the middle. */
export async function readConfiguration(git: Git): Promise<RepositoryConfiguration> {
  const { stdout } = await git.run(['config', '--list', '-z'], { userConfiguration: true });
  const entries = stdout
    .toString('utf8')
    .split('\0')
    .filter((entry) => entry !== '')
    .map((entry): readonly [string, string] => {
      const end = entry.indexOf('\n');
      return end < 0 ? [entry, 'true'] : [entry.slice(0, end), entry.slice(end + 1)];
    });
  const last = new Map(entries);
  const [name, email] = [last.get('user.name'), last.get('user.email')];
  return {
    identity: name && email ? { name, email } : FORGE,
    neutral: [...last.keys()].flatMap((key) => {
      const program = PROGRAMS.find((known) => known.key.test(key));
      return program === undefined ? [] : [[key, program.neutral] as const];
    }),
    carried: CARRIED.flatMap((key) => {
      const value = last.get(key);
      return value === undefined ? [] : [[key, value] as const];
    }),
    excludesFile: last.get('core.excludesfile'),
    partialClone: [...last].some(
      ([key, value]) => key === 'extensions.partialclone' || (/^remote\..*\.promisor$/.test(key) && value !== 'false'),
    ),
  };
}
