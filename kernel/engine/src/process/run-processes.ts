import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { removeTree } from '../workspace/remove-tree.ts';
import { PROCESS_MARKER } from './process-table.ts';
import { reapMarked } from './reap.ts';
import { createCommandRunner, type CommandRunner } from './run-command.ts';
import { scrubbedEnvironment } from './scrubbed-environment.ts';
import { visibilityOf, type Visibility, type VisibilityRequest } from './visibility.ts';

export interface PrivatePlace {
  readonly home: string;
  readonly temporary: string;
}

export interface WorkerPlace {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The processes of one run: how they are started, what they see, and how all of them end. */
export interface RunProcesses {
  readonly runner: CommandRunner;
  /** A home and a temporary folder for the commands of agents, the same as long as the run lives. */
  privatePlace(): Promise<PrivatePlace>;
  /**
   * An empty home and an empty temporary folder for commands of the engine's own, under that name. Agents' commands
   * write settings that programs look for there, and what the engine sees for itself must not depend on them.
   */
  freshPlace(name: string): Promise<PrivatePlace>;
  environment(place: PrivatePlace): Readonly<Record<string, string>>;
  readonly visibility: Visibility;
  /** Where a worker of the run starts: folders of its own, which no command can write to, and no secret. */
  workerPlace(marker: string): Promise<WorkerPlace>;
  /** Kills what this process has left under one marker. */
  reap(marker: string): Promise<void>;
  /** Kills what is left of the run, whoever started it: for who has just become the run's owner. */
  reapAll(): Promise<void>;
  /** Kills what this process has left of the run. */
  close(): Promise<void>;
}

export interface RunProcessesDeps extends VisibilityRequest {
  readonly runId: string;
  /** The run's own folder. */
  readonly directory: string;
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
  const isOurs = (marker: string) => marker.startsWith(`${runId}/`) && marker.includes(`${owned('')}#`);
  let place: Promise<PrivatePlace> | undefined;
  let workers = 0;

  async function makePlace(top: string): Promise<PrivatePlace> {
    const made = { home: join(top, 'home'), temporary: join(top, 'tmp') };
    await Promise.all(Object.values(made).map((path) => mkdir(path, { recursive: true })));
    return made;
  }

  async function freshPlace(name: string): Promise<PrivatePlace> {
    const top = join(directory, 'places', name);
    await removeTree(top);
    return makePlace(top);
  }

  return {
    runner: {
      run: (request) => runner.run({ ...request, marker: owned(request.marker) }),
      converse: (request) => runner.converse({ ...request, marker: owned(request.marker) }),
      close: () => runner.close(),
    },
    privatePlace: () => (place ??= makePlace(directory)),
    freshPlace,
    environment: ({ home, temporary }) => scrubbedEnvironment({ source: env, home, temporaryDirectory: temporary }),
    visibility: visibilityOf(deps),
    async workerPlace(marker) {
      const { home, temporary } = await freshPlace(`worker-${(workers += 1)}`);
      const least = scrubbedEnvironment({ source: env, home, temporaryDirectory: temporary });
      return { cwd: home, env: { ...least, [PROCESS_MARKER]: `${owned(marker)}#worker` } };
    },
    async reap(marker) {
      await reapMarked((found) => found.startsWith(`${owned(marker)}#`));
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
