import { mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { reapMarked } from './reap.ts';
import { createCommandRunner, type CommandRunner } from './run-command.ts';
import { scrubbedEnvironment, type Environment } from './scrubbed-environment.ts';

export interface PrivatePlace {
  readonly home: string;
  readonly temporary: string;
}

/** The processes of one run: how they are started, what they see, and how all of them end. */
export interface RunProcesses {
  readonly runner: CommandRunner;
  /** A home and a temporary folder of the run's own. */
  privatePlace(): Promise<PrivatePlace>;
  environment(place: PrivatePlace): Readonly<Record<string, string>>;
  /** What no command may see (the home folder with its keys, Forge's own state), and what of it it needs all the same. */
  readonly visibility: { readonly hidden: readonly string[]; readonly readable: readonly string[] };
  /** Kills what this process has left under one marker. */
  reap(marker: string): Promise<void>;
  /** Kills what is left of the run, whoever started it: for who has just become the run's owner. */
  reapAll(): Promise<void>;
  /** Kills what this process has left of the run. */
  close(): Promise<void>;
}

/** Toolchains that people keep below their home folder, which is hidden otherwise. */
const toolchains = [
  '.cargo',
  '.rustup',
  '.pyenv',
  '.rbenv',
  '.nvm',
  '.volta',
  '.asdf',
  '.local/share/mise',
  '.local/share/pnpm',
  '.bun',
  '.deno',
  '.sdkman',
  'go',
  '.local/bin',
  '.local/lib',
];
/** Keys inside what may be read. */
const keysInToolchains = ['.cargo/credentials', '.cargo/credentials.toml', '.bun/.npmrc'];
/** Sockets through which a command could act as the person. */
const sockets = ['/run/user', '/run/docker.sock', '/run/containerd', '/run/podman'];

export interface RunProcessesDeps {
  readonly runId: string;
  /** The run's own folder. */
  readonly directory: string;
  readonly stateDirectory: string;
  /** What commands must be able to read although it may lie in a hidden folder, such as the repository's objects. */
  readonly readable: readonly string[];
  readonly env: Environment;
  readonly clock: { now(): number };
  /** Id of this process. Who has lost a run ends its own commands and not those of the next owner. */
  readonly ownerId: string;
}

export async function createRunProcesses(deps: RunProcessesDeps): Promise<RunProcesses> {
  const { runId, directory, env, clock, ownerId } = deps;
  const scratchDirectory = join(directory, 'pipes');
  await mkdir(scratchDirectory, { recursive: true });
  const runner = createCommandRunner({ clock, scratchDirectory });
  const owned = (marker: string) => `${marker}@${ownerId}`;
  const isOurs = (marker: string) => marker.startsWith(`${runId}/`) && marker.endsWith(owned(''));
  let place: Promise<PrivatePlace> | undefined;

  async function makePlace(): Promise<PrivatePlace> {
    const made = { home: join(directory, 'home'), temporary: join(directory, 'tmp') };
    await Promise.all(Object.values(made).map((path) => mkdir(path, { recursive: true })));
    return made;
  }

  return {
    runner: {
      run: (request) => runner.run({ ...request, marker: owned(request.marker) }),
      close: () => runner.close(),
    },
    privatePlace: () => (place ??= makePlace()),
    environment: ({ home, temporary }) => scrubbedEnvironment({ source: env, home, temporaryDirectory: temporary }),
    visibility: visibilityOf(deps),
    async reap(marker) {
      await reapMarked((found) => found === owned(marker));
    },
    async reapAll() {
      await reapMarked((found) => found.startsWith(`${runId}/`));
    },
    async close() {
      await reapMarked(isOurs);
      runner.close();
    },
  };
}

function visibilityOf({ env, stateDirectory, readable }: RunProcessesDeps): RunProcesses['visibility'] {
  const home = env['HOME'];
  const agent = env['SSH_AUTH_SOCK'];
  const below = (paths: readonly string[]) => (home === undefined ? [] : paths.map((path) => join(home, path)));
  return {
    hidden: [
      ...(home === undefined ? [] : [home]),
      stateDirectory,
      ...below(keysInToolchains),
      ...sockets,
      ...(agent === undefined ? [] : [agent]),
    ],
    readable: [...readable, ...below(toolchains), ...programFolders(env)],
  };
}

/** Folders of PATH with what their programs need beside them: `…/bin` means all of `…`. Never the whole home folder. */
function programFolders(env: Environment): readonly string[] {
  const entries = (env['PATH'] ?? '').split(':').filter((entry) => entry.startsWith('/'));
  return entries.map((entry) => {
    const parent = dirname(entry);
    return basename(entry) === 'bin' && parent !== env['HOME'] && parent !== '/' ? parent : entry;
  });
}
