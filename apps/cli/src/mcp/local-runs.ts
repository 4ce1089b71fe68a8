import type { Forge } from '@forge/core';

type RunHandle = Awaited<ReturnType<Awaited<ReturnType<Forge['engine']>>['start']>>;

/** The runs that this server carries out itself; those of a Forge server go on without it. */
export interface LocalRuns {
  add(handle: RunHandle): void;
  /** Lets the step in flight end, then parks the run. False when it is not carried out here. */
  stop(runId: string): boolean;
  /** Resolves when a run that has ended has put away its workspaces, too. */
  settled(runId: string): Promise<void>;
  /** Stops all of them and waits until they are parked. */
  close(): Promise<void>;
}

export function createLocalRuns(): LocalRuns {
  const open = new Map<string, RunHandle>();
  return {
    add(handle) {
      open.set(handle.id, handle);
      void handle.finished.then(() => {
        if (open.get(handle.id) === handle) open.delete(handle.id);
      });
    },
    stop(runId) {
      const handle = open.get(runId);
      handle?.stop();
      return handle !== undefined;
    },
    async settled(runId) {
      await open.get(runId)?.finished;
    },
    async close() {
      for (const handle of open.values()) handle.stop();
      await Promise.all([...open.values()].map(({ finished }) => finished));
    },
  };
}
