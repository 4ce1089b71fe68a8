import { join } from 'node:path';
import type { RunStore } from '@forge/plugin-api';
import type { RunDeps } from '../run-deps.ts';
import type { Ground } from './ground.ts';
import { isOver } from './nothing-to-resume.ts';
import { runDirectory } from './run-directory.ts';

/** Removes what runs that are over left on disk, because their process died before it had tidied up. */
export async function sweepRuns(deps: RunDeps, ground: Ground, store: RunStore): Promise<void> {
  for (const id of await ground.listFolders(join(deps.stateDirectory, 'runs'))) {
    const run = await store.getRun(id);
    if (run === undefined || !isOver(run)) continue;
    const lease = await store.readLease(id);
    if (lease !== undefined && lease.expiresAt > deps.clock.now() && deps.isAlive(lease.owner)) continue;
    await ground.reapMarked((marker) => marker.startsWith(`${id}/`));
    await ground.removeRunDirectory(runDirectory(deps, id));
  }
}
