import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
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
  /** What no command may see: Forge's own state and the places where people keep keys. */
  readonly hidden: readonly string[];
  /** Kills what is left of one owner. */
  reap(marker: string): Promise<void>;
  /** Kills what is left of the run. */
  close(): Promise<void>;
}

/** Where people keep keys and tokens, below their home folder. */
const keptSecrets = [
  '.ssh',
  '.aws',
  '.gnupg',
  '.config/gcloud',
  '.azure',
  '.kube',
  '.docker',
  '.npmrc',
  '.netrc',
  '.git-credentials',
  '.config/gh',
  '.config/forge',
  '.pypirc',
];

export interface RunProcessesDeps {
  readonly runId: string;
  /** The run's own folder. */
  readonly directory: string;
  readonly env: Environment;
  readonly clock: { now(): number };
}

export async function createRunProcesses({ runId, directory, env, clock }: RunProcessesDeps): Promise<RunProcesses> {
  const scratchDirectory = join(directory, 'pipes');
  await mkdir(scratchDirectory, { recursive: true });
  const runner = createCommandRunner({ clock, scratchDirectory });
  let place: Promise<PrivatePlace> | undefined;
  const userHome = env['HOME'];

  async function makePlace(): Promise<PrivatePlace> {
    const made = { home: join(directory, 'home'), temporary: join(directory, 'tmp') };
    await Promise.all(Object.values(made).map((path) => mkdir(path, { recursive: true })));
    return made;
  }

  return {
    runner,
    privatePlace: () => (place ??= makePlace()),
    environment: ({ home, temporary }) => scrubbedEnvironment({ source: env, home, temporaryDirectory: temporary }),
    hidden: userHome === undefined ? [] : keptSecrets.map((path) => join(userHome, path)),
    async reap(marker) {
      await reapMarked((found) => found === marker);
    },
    async close() {
      await reapMarked((found) => found.startsWith(`${runId}/`));
      runner.close();
    },
  };
}
